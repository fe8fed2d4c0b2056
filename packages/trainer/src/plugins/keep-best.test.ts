import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { earlyStopping, keepBest, type KeepBest, type Metric } from '../index.js';
import {
  disposeToy,
  recorder,
  toyLoader,
  toyTrainer,
  ulmfitError,
  weights,
  type ToyPlugin,
  type ToyTrainer,
} from '../toy.test-helper.js';

/** A figure that takes these values, one a validation. */
function scripted(values: readonly number[]): Metric {
  let next = 0;
  return { name: 'scripted', measure: () => ({ sum: values[next++] ?? NaN, weight: 1 }) };
}

const options = { train: toyLoader([2, 3]), validate: toyLoader([4], 11) };

/** Fits of these epochs with scripted figures; the weights after each validation. */
async function watchedFits(
  epochs: readonly number[],
  values: readonly number[],
  best: KeepBest,
  trainerOptions: Parameters<typeof toyTrainer>[0] = {},
) {
  const seen: ReturnType<typeof weights>[] = [];
  const look: ToyPlugin = { name: 'look', afterValidate: () => void seen.push(weights(trainer)) };
  const trainer: ToyTrainer = toyTrainer({
    noisy: true,
    metrics: [scripted(values)],
    plugins: [best, look],
    ...trainerOptions,
  });
  for (const [i, count] of epochs.entries()) {
    await trainer.fit({ ...options, stage: `fit${i + 1}`, epochs: count });
  }
  return { trainer, seen };
}

describe('keepBest', () => {
  it.each([
    [
      'the least in a later fit',
      [2, 3],
      [5, 4, 6, 3, 4],
      {},
      3,
      { stage: 'fit2', epoch: 1, step: 4, value: 3 },
    ],
    ['one of an earlier fit', [2, 3], [5, 1, 6, 3, 4], {}, 1, { stage: 'fit1', epoch: 1, step: 4, value: 1 }],
    ['the first of equal ones', [3], [2, 2, 2], {}, 0, { stage: 'fit1', epoch: 0, step: 2, value: 2 }],
    [
      'the most where more is better',
      [2, 1],
      [0.5, NaN, 0.7],
      { better: 'more' as const },
      2,
      { stage: 'fit2', epoch: 0, step: 2, value: 0.7 },
    ],
  ])('puts back weights and buffers of %s', async (_, epochs, values, watching, index, expected) => {
    const best = keepBest({ watch: 'scripted', ...watching });
    const { trainer, seen } = await watchedFits(epochs, values, best);
    // Training goes on from the last epoch.
    expect(weights(trainer)).toEqual(seen.at(-1));
    expect(best.restore(trainer)).toEqual(expected);
    expect(best.best).toEqual(expected);
    expect(weights(trainer)).toEqual(seen[index]);
    expect(Object.keys(seen[0] ?? {})).toContain('buffer/mean');
    best.dispose();
    disposeToy(trainer);
  });

  it('changes nothing where no validation had a figure', async () => {
    const best = keepBest({ watch: 'scripted' });
    const { trainer, seen } = await watchedFits([2], [NaN, NaN], best);
    expect(best.restore(trainer)).toBeUndefined();
    expect(weights(trainer)).toEqual(seen.at(-1));
    disposeToy(trainer);
  });

  it('keeps the evaluation weights that validation has seen, and no older means hide them', async () => {
    const best = keepBest();
    const losses: number[] = [];
    const { trainer } = await watchedFits([3], [], best, {
      average: true,
      metrics: [],
      plugins: [
        best,
        { name: 'losses', afterValidate: (ctx) => void losses.push(ctx.validation?.['loss'] ?? NaN) },
      ],
    });
    const { value } = best.restore(trainer) ?? {};
    expect(value).toBe(Math.min(...losses));
    expect((await trainer.evaluate(options.validate))?.['loss']).toBe(value);
    best.dispose();
    disposeToy(trainer);
  });

  it('has one copy, and none in the end', async () => {
    const before = tf.memory().numTensors;
    const best = keepBest({ watch: 'scripted' });
    const counts: number[] = [];
    const count: ToyPlugin = { name: 'count', afterEpoch: () => void counts.push(tf.memory().numTensors) };
    const { trainer } = await watchedFits([2, 3], [5, 4, 3, 9, 2], best, {
      metrics: [scripted([5, 4, 3, 9, 2])],
      plugins: [best, count],
    });
    expect(new Set(counts).size).toBe(1);
    best.restore(trainer);
    best.dispose();
    disposeToy(trainer);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a fit without validation, and a model of other parameters', async () => {
    const trainer = toyTrainer({ plugins: [keepBest()] });
    await expect(trainer.fit({ stage: 's', train: options.train, epochs: 1 })).rejects.toEqual(
      ulmfitError('NO_SUCH_FIGURE', /^keepBest watches loss, but the fit has no validation$/),
    );
    const best = keepBest();
    await toyTrainer({ plugins: [best] }).fit({ ...options, stage: 's', epochs: 1 });
    expect(() => best.restore({ model: { groups: [] }, optimizer: trainer.optimizer })).toThrow(
      expect.objectContaining({ code: 'STATE_MISMATCH' }),
    );
  });
});

/** Everything new, as a new process would make it. */
function fresh(better: 'less' | 'more', more: ToyPlugin[] = []) {
  const best = keepBest({ better });
  const stop = earlyStopping({ patience: 2, better, bestOf: 'fits' });
  return { best, trainer: toyTrainer({ noisy: true, average: true, plugins: [best, stop, ...more] }) };
}

const fits = [
  { stage: 'head', epochs: 2 },
  { stage: 'all', epochs: 4 },
];

/** The fits from one on, and what is left when the best is put back. */
async function train({ best, trainer }: ReturnType<typeof fresh>, from = 0) {
  for (const fit of fits.slice(from)) await trainer.fit({ ...options, ...fit });
  const epoch = best.restore(trainer);
  const history = trainer.history.map(({ seconds: _, ...record }) => record);
  const left = { epoch, history, weights: weights(trainer) };
  best.dispose();
  disposeToy(trainer);
  return left;
}

describe('fits with keepBest and earlyStopping over all of them', () => {
  it.each(['less', 'more'] as const)(
    'end byte for byte the same from whatever state was saved (%s is better)',
    async (better) => {
      const { store, moments, plugin } = recorder();
      const whole = await train(fresh(better, [plugin]));
      // The loss falls: with more as the better, the first epoch is the best and the second fit ends early.
      expect(whole.epoch).toMatchObject(better === 'less' ? { stage: 'all' } : { stage: 'head', epoch: 0 });
      expect(whole.history).toHaveLength(better === 'less' ? 6 : 4);
      expect(new Set(moments)).toEqual(new Set(['step', 'epoch', 'fit']));
      for (const { name, stage } of await store.list()) {
        const resumed = fresh(better);
        const state = await store.load(name);
        resumed.trainer.loadStateDict(state);
        tf.dispose(state.tensors);
        const from = fits.findIndex((fit) => fit.stage === stage);
        expect(await train(resumed, from)).toEqual(whole);
      }
    },
  );
});
