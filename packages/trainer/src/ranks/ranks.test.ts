import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  checkpointing,
  earlyStopping,
  memoryStore,
  type CheckpointStore,
  type FitOptions,
  type SumsMetric,
} from '../index.js';
import {
  disposeToy,
  numbers,
  toyLoader,
  toyRanks,
  toyTrainer,
  ulmfitError,
  type ToyBatch,
  type ToyPlugin,
  type ToyTaps,
  type ToyTrainer,
} from '../toy.test-helper.js';

const SLICES = 4;
/** The last one has fewer rows than there are slices. */
const batches = [8, 5, 4, 7, 3];
const squares: SumsMetric<ToyBatch, tf.Tensor2D> = {
  name: 'squares',
  measure: (output) => [output.size, tf.sum(tf.square(output)).dataSync()[0] as number],
  reduce: ([count = 0, sum = 0]) => sum / count,
};

const fitOptions = (more: Partial<FitOptions<ToyBatch, tf.Tensor2D, ToyTaps>> = {}) => ({
  stage: 's',
  train: toyLoader(batches),
  validate: toyLoader([6, 3], 11),
  epochs: 2,
  ...more,
});

/** Where ranks but the first save: nowhere. */
const nowhere: CheckpointStore = {
  save: () => undefined,
  list: () => [],
  load: () => Promise.reject(new Error('nothing is kept')),
  remove: () => undefined,
};
const idle: ToyPlugin = { name: 'stopper' };

/** Trains on so many ranks, each with a trainer of its own, and gives what all of them must have in the end. */
async function train(
  size: number,
  options: (rank: number) => Parameters<typeof fitOptions>[0] = () => ({}),
  prepare: (trainer: ToyTrainer) => Promise<void> | void = () => undefined,
) {
  const trainers = toyRanks(size).map((collective) =>
    toyTrainer({
      ...{ carries: true, noisy: true, average: true, metrics: [squares], slices: SLICES, collective },
      plugins: [earlyStopping({ patience: 99 })],
    }),
  );
  const ends = await Promise.all(
    trainers.map(async (trainer, rank) => {
      await prepare(trainer);
      const { end } = await trainer.fit(fitOptions(options(rank)));
      const history = trainer.history.map(({ seconds: _, ...record }) => record);
      return { end, history, state: numbers(trainer.stateDict().tensors) };
    }),
  );
  trainers.forEach(disposeToy);
  for (const end of ends) expect(end).toEqual(ends[0]);
  return ends[0];
}

describe('slices', () => {
  it('train with the same bits on 1, 2 and 4 ranks', async () => {
    const before = tf.memory().numTensors;
    for (const accumulate of [1, 2]) {
      const one = await train(1, () => ({ accumulate }));
      expect(await train(2, () => ({ accumulate }))).toEqual(one);
      expect(await train(4, () => ({ accumulate }))).toEqual(one);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leave a step out together where a plugin says so of one slice', async () => {
    const plugins = () => {
      // What only some of the slices have.
      const ofSome: ToyPlugin = {
        name: 'ofSome',
        beforeBatch: (ctx, { x }) => {
          if (ctx.step % 2 === 1 && (x.dataSync()[0] as number) > 0) ctx.stop('batch', 'it begins so');
        },
      };
      return { plugins: [ofSome] };
    };
    const one = await train(1, plugins);
    expect(one).not.toEqual(await train(1));
    expect(await train(2, plugins)).toEqual(one);
    expect(await train(4, plugins)).toEqual(one);
  });

  it('differ from one whole batch only where rows are read apart', async () => {
    const plain = async (slices: number) => {
      const trainer = toyTrainer({ slices });
      await trainer.fit(fitOptions({ train: toyLoader([8, 8]), validate: toyLoader([8], 11) }));
      const state = numbers(trainer.stateDict().tensors);
      const loss = trainer.history.map(({ values }) => values['valid/loss']);
      disposeToy(trainer);
      return [...loss, ...Object.values(state).flat()] as number[];
    };
    const [whole, cut] = [await plain(1), await plain(4)];
    cut.forEach((x, i) => expect(x).toBeCloseTo(whole[i] as number, 5));
  });

  it('stop together where one rank is told to, and go on on another number of them', async () => {
    const end = await train(1);
    for (const [first, then] of [
      [4, 2],
      [2, 1],
      [1, 4],
    ] as const) {
      const store = memoryStore();
      const plugins = (rank: number) => [checkpointing({ store: rank === 0 ? store : nowhere, keep: 1 })];
      // The last rank alone hears of it.
      const aborts = Array.from({ length: first }, () => new AbortController());
      const stopper: ToyPlugin = {
        name: 'stopper',
        afterStep: ({ step }) => void (step === 7 && aborts.at(-1)?.abort()),
      };
      const stopped = await train(first, (rank) => ({
        ...{ signal: aborts[rank]?.signal, plugins: [...plugins(rank), rank === first - 1 ? stopper : idle] },
      }));
      expect(stopped?.end).toBe('interrupted');
      const [saved] = await store.list();
      const resumed = await train(
        then,
        (rank) => ({ plugins: [...plugins(rank), idle] }),
        async (trainer) => {
          const state = await store.load(saved?.name ?? '');
          trainer.loadStateDict(state);
          tf.dispose(state.tensors);
        },
      );
      expect(resumed).toEqual(end);
      for (const { name } of await store.list()) await store.remove(name);
    }
  });
});

it('refuses ranks that are about to do different things', async () => {
  const fits = toyRanks(2).map((collective, rank) => {
    const trainer = toyTrainer({ slices: 2, collective, seed: rank });
    return trainer.fit(fitOptions()).finally(() => disposeToy(trainer));
  });
  for (const fit of fits) {
    await expect(fit).rejects.toEqual(
      ulmfitError('RANKS_DIFFER', /^rank 1 has another seed than rank 0 \(1, not 0\); start/),
    );
  }
});
