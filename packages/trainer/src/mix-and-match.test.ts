import * as tf from '@tensorflow/tfjs-core';
import { randomKey, uniformValues } from '@ulmfit/kernels';
import { expect, it } from 'vitest';
import {
  createTrainer,
  memoryStore,
  parameter,
  parameterGroup,
  type Model,
  type TrainingPlugin,
} from './index.js';
import { disposeToy, momentumSgd, toyLoader, toyTrainer, weights, type ToyBatch } from './toy.test-helper.js';

/** A stranger's scheduler, as it would stand in another package. */
function linearDecay({ from = 1, to = 0 } = {}): TrainingPlugin {
  return { name: 'linearDecay', rate: ({ progress }) => from + (to - from) * progress };
}

/** A stranger's model: two layers, no taps, no states, nothing of language. */
function perceptron(): Model<ToyBatch, tf.Tensor2D> {
  const layer = (name: string, rows: number, columns: number) => [
    parameter(
      `${name}.weight`,
      'weight',
      tf.tensor2d(uniformValues(rows * columns, -1, 1, randomKey({ seed: 2, stream: name })), [
        rows,
        columns,
      ]),
    ),
    parameter(`${name}.bias`, 'bias', tf.zeros([columns])),
  ];
  const layers = [layer('hidden', 2, 8), layer('output', 8, 1)];
  const affine = (x: tf.Tensor2D, [w, b]: ReturnType<typeof layer>): tf.Tensor2D =>
    tf.add(tf.matMul(x, w?.variable as tf.Variable<tf.Rank.R2>), b?.variable as tf.Variable);
  return {
    name: 'perceptron',
    groups: layers.map((parameters, i) => parameterGroup(['hidden', 'output'][i] as string, parameters)),
    taps: [],
    forward: ({ x }) => affine(tf.tanh(affine(x, layers[0] ?? [])), layers[1] ?? []),
    loss: (output, { y }) => tf.mean(tf.square(tf.sub(output, y))),
    targets: ({ x }) => x.shape[0],
    dispose: () => tf.dispose(layers.flat().map((p) => p.variable)),
  };
}

const fitOptions = { stage: 'train', train: toyLoader([8, 8, 8]), validate: toyLoader([16]), epochs: 30 };

it("trains a stranger's model with a stranger's scheduler, at the rates that it says", async () => {
  const rates: number[] = [];
  const watch: TrainingPlugin = {
    name: 'watch',
    beforeStep: ({ groups }) => void rates.push(groups.get('output').hyper.lr),
  };
  const model = perceptron();
  const trainer = createTrainer({ model, optimizer: momentumSgd(), plugins: [linearDecay(), watch] });
  const { history } = await trainer.fit({ ...fitOptions, lr: { hidden: 0.02, output: 0.04 } });
  expect(rates).toHaveLength(90);
  rates.forEach((rate, step) => expect(rate).toBeCloseTo(0.04 * (1 - step / 90), 12));
  const losses = history.map((r) => r.values['valid/loss'] as number);
  expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 4);
  trainer.dispose();
  model.dispose();
});

it("resumes with a stranger's scheduler, which did nothing for it", async () => {
  const store = memoryStore();
  const save: TrainingPlugin = {
    name: 'save',
    save: (ctx, moment) => {
      const info = { name: `${moment} ${ctx.step}`, stage: ctx.stage, epoch: ctx.epoch, step: ctx.step };
      return store.save(info, ctx.stateDict());
    },
  };
  const whole = toyTrainer({ plugins: [linearDecay(), save] });
  await whole.fit(fitOptions);
  const resumed = toyTrainer({ plugins: [linearDecay()] });
  resumed.loadStateDict(await store.load('step 44'));
  await resumed.fit(fitOptions);
  expect(weights(resumed)).toEqual(weights(whole));
  disposeToy(whole);
  disposeToy(resumed);
});
