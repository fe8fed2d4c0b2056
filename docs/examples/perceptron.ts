import '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { add, matMul, mean, square, sub, tanh, tensor2d, zeros, type Tensor2D } from '@tensorflow/tfjs-core';
import { randomKey, uniformValues } from '@ulmfit/kernels';
import { parameter, parameterGroup, type Loader, type Model } from '@ulmfit/trainer';

interface Batch {
  x: Tensor2D;
  y: Tensor2D;
}

function perceptron(sizes: readonly [number, number, number]): Model<Batch, Tensor2D> {
  const [inputs, hidden, outputs] = sizes;
  const layer = (name: string, rows: number, columns: number) => {
    const values = uniformValues(rows * columns, -1, 1, randomKey({ seed: 1, stage: 'init', stream: name }));
    const weight = parameter(`${name}.weight`, 'weight', tensor2d(values, [rows, columns]));
    const bias = parameter(`${name}.bias`, 'bias', zeros([columns]));
    return {
      group: parameterGroup(name, [weight, bias]),
      apply: (x: Tensor2D): Tensor2D => add(matMul(x, weight.variable), bias.variable),
    };
  };
  const [bottom, top] = [layer('bottom', inputs, hidden), layer('top', hidden, outputs)];
  return {
    name: 'perceptron',
    groups: [bottom.group, top.group], // from the input to the output
    taps: [],
    forward: ({ x }) => top.apply(tanh(bottom.apply(x))),
    loss: (output, { y }) => mean(square(sub(output, y))),
    targets: ({ y }) => y.shape[0],
    dispose: () => {
      for (const { parameters } of [bottom.group, top.group]) {
        for (const { variable } of parameters) variable.dispose();
      }
    },
  };
}

const sines: Loader<Batch> = {
  batches: () => 4,
  *open({ epoch, batch }) {
    for (let i = batch; i < 4; i++) {
      const xs = Array.from({ length: 16 }, (_, row) => [Math.sin(1 + row + 16 * i + 64 * epoch)]);
      yield { x: tensor2d(xs), y: tensor2d(xs.map(([x = 0]) => [Math.sin(3 * x)])) };
    }
  },
};

import { discriminativeRates, unfreezeEachEpoch } from '@ulmfit/discriminative';
import { clipGlobalNorm, ntAsgd } from '@ulmfit/optimizers';
import { learningRateSchedule, slantedTriangular } from '@ulmfit/schedulers';
import { createTrainer } from '@ulmfit/trainer';

const model = perceptron([1, 16, 1]);
const averaged = ntAsgd({ patience: 2 });
const trainer = createTrainer({
  model,
  optimizer: averaged.optimizer,
  plugins: [averaged.plugin, clipGlobalNorm(0.25)],
});
const { history } = await trainer.fit({
  stage: 'sines',
  train: sines,
  validate: sines,
  epochs: 20,
  plugins: [
    discriminativeRates({ lr: 3, divisor: 2.6 }), // top: 3, bottom: 3 / 2.6
    unfreezeEachEpoch(),
    learningRateSchedule(slantedTriangular()),
  ],
});

const losses = history.map(({ values }) => values['valid/loss'] ?? NaN);
assert.ok((losses.at(-1) ?? NaN) < (losses[0] ?? NaN) / 2, `it learns: ${losses.join(' ')}`);
trainer.dispose();
model.dispose();
