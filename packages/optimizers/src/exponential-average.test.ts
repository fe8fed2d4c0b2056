import * as tf from '@tensorflow/tfjs-core';
import { emptyBatches, oneWeight } from '@ulmfit/plugin-testkit';
import { checkpointing, createTrainer, memoryStore, type Model } from '@ulmfit/trainer';
import { describe, expect, it } from 'vitest';
import { exponentialAverage } from './exponential-average.js';
import { sgd } from './sgd.js';

/** The mean after updates at a rate of 1, by the formula: the weight is -n after n of them. */
function expected(updates: number, decay: number): number {
  let mean = -1;
  for (let n = 2; n <= updates; n++) {
    const share = Math.min(decay, n / (n + 9));
    mean = share * mean + (1 - share) * -n;
  }
  return mean;
}

const weight = (model: Model<object, tf.Scalar>) => model.groups[0]?.parameters[0]?.variable.dataSync()[0];

describe('exponentialAverage', () => {
  it.each([0, 0.3, 0.9])('validates the mean and trains the weights, with a decay of %d', async (decay) => {
    const before = tf.memory().numTensors;
    const model = oneWeight();
    const average = exponentialAverage({ decay });
    const trainer = createTrainer({ model, optimizer: sgd({ lr: 1 }), plugins: [average] });
    await trainer.fit({ stage: 's', train: emptyBatches(6), validate: emptyBatches(1), epochs: 2 });
    expect(weight(model)).toBe(-12);
    expect(trainer.history.map(({ values }) => values['valid/loss'])).toEqual([
      expect.closeTo(expected(6, decay), 5) as number,
      expect.closeTo(expected(12, decay), 5) as number,
    ]);
    const kept = await trainer.withEvaluationWeights(() => weight(model));
    expect(kept).toBeCloseTo(expected(12, decay), 5);
    expect(weight(model)).toBe(-12);
    trainer.dispose();
    average.dispose();
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('resumes to the same mean, and begins each fit with its own', async () => {
    const store = memoryStore();
    const make = () => {
      const model = oneWeight();
      const average = exponentialAverage();
      return {
        model,
        average,
        trainer: createTrainer({
          model,
          optimizer: sgd({ lr: 1 }),
          plugins: [average, checkpointing({ store })],
        }),
      };
    };
    const fit = { stage: 's', train: emptyBatches(4), validate: emptyBatches(1), epochs: 3 };
    const first = make();
    const abort = new AbortController();
    const stop = {
      name: 'stop',
      afterBatch: ({ step }: { step: number }) => void (step === 6 && abort.abort()),
    };
    await first.trainer.fit({ ...fit, signal: abort.signal, plugins: [stop] });
    const second = make();
    second.trainer.loadStateDict(await store.load((await store.list()).at(-1)?.name ?? ''));
    await second.trainer.fit(fit);
    expect(second.trainer.history.at(-1)?.values['valid/loss']).toBeCloseTo(expected(12, 0.999), 5);
    await second.trainer.fit({ ...fit, stage: 't', epochs: 1 });
    // From -13 on, four updates of its own.
    expect(second.trainer.history.at(-1)?.values['valid/loss']).toBeCloseTo(expected(4, 0.999) - 12, 5);
    for (const { trainer, average, model } of [first, second]) {
      trainer.dispose();
      average.dispose();
      model.dispose();
    }
    for (const { name } of await store.list()) await store.remove(name);
  });

  it('refuses a decay of 1', () => {
    expect(() => exponentialAverage({ decay: 1 })).toThrow(/^exponentialAverage: decay is 1; it must be/);
  });
});
