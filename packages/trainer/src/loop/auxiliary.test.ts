import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  disposeToy,
  momentumSgd,
  toyModel,
  toyLoader,
  toyTrainer,
  weights,
  type ToyPlugin,
  type ToyTrainer,
} from '../toy.test-helper.js';
import { createTrainer, type AuxiliaryPasses } from '../index.js';
import type { ToyBatch } from '../toy.test-helper.js';

type ToyPasses = AuxiliaryPasses<ToyBatch, tf.Tensor2D>;

const fit = { stage: 'fit', epochs: 2, accumulate: 2, lr: 0.05 };

/** A plugin that does something in the auxiliary passes of each micro-batch. */
const beside = (auxiliary: (passes: ToyPasses) => void): ToyPlugin => ({ name: 'beside', auxiliary });

/** Trains a little with a plugin. */
async function trained(plugin: ToyPlugin | undefined, noisy = false): Promise<ToyTrainer> {
  const trainer = toyTrainer({ carries: true, noisy, plugins: [plugin] });
  await trainer.fit({ ...fit, train: toyLoader([3, 2, 3]) });
  return trainer;
}

/** Half the batch's loss once more, by passes of some kind. */
const half = (masks: 'same' | 'fresh') =>
  beside((passes) =>
    passes.learn('half', passes.batch, (output) => tf.mul(passes.taskLoss(output, passes.batch), 0.5), {
      masks,
    }),
  );

describe('auxiliary passes', () => {
  it('add their gradients to those of the batch, and leave nothing else behind', async () => {
    const before = tf.memory().numTensors;
    const scaled: ToyPlugin = {
      name: 'scaled',
      gradients: (gradients) =>
        Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, tf.mul(g, 1.5)])),
    };
    const [one, other, plain] = [
      await trained(half('same'), true),
      await trained(scaled, true),
      await trained(undefined, true),
    ];
    for (const [name, values] of Object.entries(weights(other)))
      weights(one)[name]?.forEach((value, i) => expect(value).toBeCloseTo(values[i] as number, 5));
    expect(weights(one)).not.toEqual(weights(plain));
    [one, other, plain].forEach(disposeToy);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('draw the masks of the batch, or others', async () => {
    const seen: { name: string; values: number[] }[] = [];
    const watched = (masks: 'same' | 'fresh') => ({
      masks,
      rewrite: { hidden: (x: tf.Tensor) => (seen.push({ name: masks, values: [...x.dataSync()] }), x) },
    });
    const trainer = await trained(
      beside((passes) => {
        if (seen.length > 0) return;
        for (const masks of ['same', 'same', 'fresh', 'fresh'] as const)
          passes.run(passes.batch, (output) => output.clone(), watched(masks)).dispose();
      }),
      true,
    );
    // The noise comes after the first hidden layer.
    const second = seen.filter((_, i) => i % 2 === 1).map(({ values }) => values);
    expect(second[1]).toEqual(second[0]);
    expect(second[2]).not.toEqual(second[0]);
    expect(second[3]).not.toEqual(second[2]);
    disposeToy(trainer);
  });

  it('give the gradients at a tap, which finite differences confirm', async () => {
    const shift = (i: number, size: number) => ({
      rewrite: {
        hidden: (x: tf.Tensor, _: unknown, { layer }: { layer: number }) =>
          layer === 0 ? tf.add(x, tf.mul(tf.reshape(tf.oneHot(i, x.size), x.shape), size)) : x,
      },
    });
    let compared = 0;
    const trainer = await trained(
      beside((passes) => {
        const { batch } = passes;
        const loss = (output: tf.Tensor2D) => passes.taskLoss(output, batch);
        const [first, second, ...rest] = passes.gradientsAt('hidden', batch, loss);
        expect(rest).toEqual([]);
        expect(second?.shape).toEqual(first?.shape);
        first?.dataSync().forEach((slope, i) => {
          const [up, down] = [1e-2, -1e-2].map((size) => {
            const at = passes.run(batch, loss, shift(i, size));
            const [value = NaN] = at.dataSync();
            at.dispose();
            return value;
          });
          expect(slope).toBeCloseTo(((up ?? NaN) - (down ?? NaN)) / 2e-2, 2);
          compared++;
        });
        tf.dispose([first, second].flatMap((g) => g ?? []));
      }),
    );
    expect(compared).toBeGreaterThan(20);
    disposeToy(trainer);
  });

  it('see what they have replaced', async () => {
    const trainer = await trained(
      beside((passes) => {
        const [plain, moved] = [undefined, { input: (x: tf.Tensor) => tf.add(x, 1) }].map((rewrite) => {
          const output = passes.run(passes.batch, (made) => made.clone(), rewrite ? { rewrite } : {});
          const values = [...output.dataSync()];
          output.dispose();
          return values;
        });
        expect(moved).not.toEqual(plain);
      }),
    );
    disposeToy(trainer);
  });

  it('give a loss the pass that its output is of', async () => {
    const model = toyModel();
    const asked = new Set<boolean>();
    const [bottom] = model.groups.flatMap(({ parameters }) => parameters);
    const loss: typeof model.loss = (output, batch, pass) => {
      asked.add(bottom !== undefined && pass.trains(bottom));
      return model.loss(output, batch, pass);
    };
    let ofLearn: boolean[] = [];
    const plugin = beside((passes) => {
      asked.clear();
      passes.learn('more', passes.batch, (output) => passes.taskLoss(output, passes.batch));
      ofLearn = [...asked];
    });
    const trainer = createTrainer({ model: { ...model, loss }, optimizer: momentumSgd(), plugins: [plugin] });
    await trainer.fit({ ...fit, train: toyLoader([2]) });
    expect(ofLearn).toEqual([true]);
    trainer.dispose();
    model.dispose();
  });

  it.each<[string, (passes: ToyPasses) => void, RegExp]>([
    [
      'a task loss of no pass',
      (passes) => passes.taskLoss(passes.batch.y, passes.batch),
      /^beside: auxiliary: taskLoss: no pass is running; call it on the output/,
    ],
    [
      'a name that is taken',
      (passes) => passes.learn('loss', passes.batch, (output) => tf.mean(output)),
      /^beside: the loss term loss is defined twice; rename one$/,
    ],
    [
      'a tap that is not there',
      (passes) => passes.gradientsAt('words', passes.batch, (output) => tf.mean(output)),
      /^beside: auxiliary: no gradient at words: toy has the taps input, hidden$/,
    ],
    [
      'a rewrite that changes the shape',
      (passes) => passes.run(passes.batch, (x) => x.clone(), { rewrite: { input: (x) => tf.mean(x) } }),
      /^beside: auxiliary: tap input: an auxiliary pass turned \[3, 2\] into \[\]; a rewrite keeps the shape$/,
    ],
    [
      'a loss that fails',
      (passes) =>
        passes.learn('more', passes.batch, () => {
          throw new Error('no');
        }),
      /^beside: auxiliary: no$/,
    ],
  ])('refuse %s, and leak nothing', async (_, auxiliary, message) => {
    const trainer = toyTrainer({ plugins: [beside(auxiliary)] });
    const before = tf.memory().numTensors;
    const error = await trainer.fit({ ...fit, train: toyLoader([3]) }).catch((e: unknown) => e);
    expect((error as Error).message).toMatch(message);
    expect(tf.memory().numTensors).toBe(before);
    disposeToy(trainer);
  });
});
