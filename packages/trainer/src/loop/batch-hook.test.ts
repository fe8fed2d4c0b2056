import * as tf from '@tensorflow/tfjs-core';
import { uniformValues, randomKey } from '@ulmfit/kernels';
import { describe, expect, it } from 'vitest';
import { memoryStore, checkpointing, type Cursor, type Loader, type TrainingPlugin } from '../index.js';
import {
  disposeToy,
  numbers,
  thrown,
  toyLoader,
  toyTrainer,
  ulmfitError,
  weights,
  type ToyBatch,
  type ToyPlugin,
  type ToyTrainer,
} from '../toy.test-helper.js';

/** Moves each row a little, by the coordinates of the batch. */
const shaken: TrainingPlugin<{ readonly x: tf.Tensor2D }> = {
  name: 'shaken',
  batch: (batch, { seed, stage, step, batch: microBatch }) => {
    const key = randomKey({ seed, stage, stream: 'shaken', step, microBatch });
    const noise = uniformValues(batch.x.size, -0.1, 0.1, key);
    return { ...batch, x: tf.add(batch.x, tf.tensor2d(noise, batch.x.shape)) };
  },
};

/** What a loader gives, in other batches and in another time. */
function waiting(loader: Loader<ToyBatch>): Loader<ToyBatch> {
  return {
    batches: (epoch) => loader.batches(epoch),
    async *open(at: Cursor) {
      const reader = loader.open(at);
      for (let next = await reader.next(); !next.done; next = await reader.next()) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield next.value;
      }
    },
  };
}

const fit = { stage: 'fit', epochs: 2, accumulate: 2, lr: 0.05 };

describe('the hook that gives another batch', () => {
  it('is trained on, and frees all that is made on the way', async () => {
    const [plain, other] = [toyTrainer(), toyTrainer({ plugins: [shaken] })];
    const counted = async (trainer: ToyTrainer) => {
      const before = tf.memory().numTensors;
      const counts: number[] = [];
      const count: ToyPlugin = {
        name: 'count',
        afterBatch: () => void counts.push(tf.memory().numTensors - before),
      };
      await trainer.fit({ ...fit, train: toyLoader([2, 2, 2]), plugins: [count] });
      return [...counts, tf.memory().numTensors - before];
    };
    expect(await counted(other)).toEqual(await counted(plain));
    expect(weights(other)).not.toEqual(weights(plain));
    [plain, other].forEach(disposeToy);
  });

  it('leaves nothing behind where it fails, and no step half done', async () => {
    const broken: ToyPlugin = {
      name: 'broken',
      batch: (batch) => {
        tf.add(batch.x, 1);
        throw new Error('no');
      },
    };
    const trainer = toyTrainer({ plugins: [shaken, broken] });
    const before = tf.memory().numTensors;
    const first = weights(trainer);
    await expect(trainer.fit({ ...fit, train: toyLoader([2]) })).rejects.toThrow('broken: batch: no');
    expect(tf.memory().numTensors).toBe(before);
    expect(weights(trainer)).toEqual(first);
    disposeToy(trainer);
  });

  it('is run again where the tensor is looked for that is not finite', async () => {
    const train = toyLoader([2, 2]);
    const poison: ToyPlugin = {
      name: 'poison',
      batch: (batch, { batch: number }) => (number === 1 ? { ...batch, x: tf.mul(batch.x, NaN) } : batch),
    };
    const trainer = toyTrainer({ plugins: [poison] });
    await expect(trainer.fit({ ...fit, train })).rejects.toEqual(
      ulmfitError('NOT_FINITE', /the first that is not finite is the tensor at the tap input/),
    );
    disposeToy(trainer);
  });

  it('does not compile where it gives something else', () => {
    // @ts-expect-error -- what it gives has no x any more
    const wrong: ToyPlugin = { name: 'wrong', batch: ({ y }) => ({ y }) };
    expect(thrown(() => wrong.batch)).toBeUndefined();
  });
});

describe('a loader that waits', () => {
  it('trains, validates and resumes as one that does not', async () => {
    const run = async (wrap: (loader: Loader<ToyBatch>) => Loader<ToyBatch>, stopAt?: number) => {
      const store = memoryStore();
      const options = { ...fit, train: wrap(toyLoader([2, 1, 2])), validate: wrap(toyLoader([2])) };
      const abort = new AbortController();
      const stop: ToyPlugin = {
        name: 'stop',
        afterBatch: ({ step }) => void (step === stopAt && abort.abort()),
      };
      let trainer = toyTrainer({ carries: true, noisy: true, plugins: [shaken, checkpointing({ store })] });
      await trainer.fit({ ...options, signal: abort.signal, plugins: [stop] });
      if (stopAt !== undefined) {
        disposeToy(trainer);
        trainer = toyTrainer({ carries: true, noisy: true, plugins: [shaken, checkpointing({ store })] });
        const newest = (await store.list()).at(-1);
        trainer.loadStateDict(await store.load(newest?.name as string));
        await trainer.fit(options);
      }
      const made = {
        tensors: numbers(trainer.stateDict().tensors),
        values: trainer.history.map(({ values }) => values),
      };
      disposeToy(trainer);
      for (const { name } of await store.list()) await store.remove(name);
      return made;
    };
    const expected = await run((loader) => loader);
    expect(await run(waiting)).toEqual(expected);
    expect(await run(waiting, 1)).toEqual(expected);
    expect(await run(waiting, 3)).toEqual(expected);
  });

  it('ends the fit with its own error', async () => {
    const trainer = toyTrainer();
    const train: Loader<ToyBatch> = {
      batches: () => 1,

      async *open() {
        throw new Error('the disk is gone');
      },
    };
    await expect(trainer.fit({ ...fit, train })).rejects.toThrow('the disk is gone');
    disposeToy(trainer);
  });
});
