import * as tf from '@tensorflow/tfjs-core';
import { CarriedStates, Pass } from '@ulmfit/trainer';
import { expect, it } from 'vitest';
import { createBatchNorm, type BatchNorm } from './batch-norm.js';
import { createClassifierHead } from './classifier-head.js';
import { concatPooling } from '@ulmfit/kernels';
import { numbersOf } from './tiny.test-helper.js';

const passOf = (phase: 'train' | 'predict') => new Pass({ phase, carried: new CarriedStates() });

/** What a pass gives, and the running mean and variance after it. */
function apply(norm: BatchNorm, rows: number[][], phase: 'train' | 'predict') {
  const pass = passOf(phase);
  const output = tf.tidy(() => numbersOf(norm.apply(tf.tensor2d(rows), pass)));
  pass.commit();
  return { output, mean: numbersOf(norm.mean.variable), variance: numbersOf(norm.variance.variable) };
}

const expectClose = (got: number[], expected: number[]) => {
  expect(got).toHaveLength(expected.length);
  got.forEach((x, i) => expect(x).toBeCloseTo(expected[i] as number, 5));
};

it('normalises by the batch in training, and by what it has run through else', () => {
  const norm = createBatchNorm('norm', 2);
  norm.gamma.variable.assign(tf.tensor1d([1, 2]));
  const rows = [
    [1, 10],
    [3, 10],
    [8, 16],
  ];
  // Means 4 and 12; biased variances 26/3 and 8, unbiased 13 and 12.
  const first = apply(norm, rows, 'train');
  const normal = (x: number, mean: number, variance: number) => (x - mean) / Math.sqrt(variance + 1e-5);
  const expected = rows.flatMap(([a = 0, b = 0]) => [
    normal(a, 4, 26 / 3) + 0.001,
    2 * normal(b, 12, 8) + 0.001,
  ]);
  expectClose(first.output, expected);
  expectClose(first.mean, [0.4, 1.2]);
  expectClose(first.variance, [0.9 + 1.3, 0.9 + 1.2]);
  const second = apply(norm, rows, 'predict');
  expectClose(second.output.slice(0, 2), [normal(1, 0.4, 2.2) + 0.001, 2 * normal(10, 1.2, 2.1) + 0.001]);
  expect([second.mean, second.variance]).toEqual([first.mean, first.variance]);
});

it('normalises a training batch of one row by the running statistics, which stay', () => {
  const norm = createBatchNorm('norm', 2);
  const { output, mean, variance } = apply(norm, [[3, -2]], 'train');
  expectClose(output, [3 / Math.sqrt(1 + 1e-5) + 0.001, -2 / Math.sqrt(1 + 1e-5) + 0.001]);
  expect([mean, variance]).toEqual([
    [0, 0],
    [1, 1],
  ]);
});

it('puts blocks of norm, linear and ReLU one after the other in the head', () => {
  const head = createClassifierHead([2, 2, 1], { seed: 1 });
  const byName = new Map(head.parameters.map((p) => [p.name, p.variable]));
  expect([...byName.keys()]).toEqual(
    [0, 1].flatMap((b) => ['norm.gamma', 'norm.beta', 'linear.weight'].map((name) => `head.${b}.${name}`)),
  );
  for (const b of [0, 1]) byName.get(`head.${b}.norm.beta`)?.assign(tf.zeros([2]));
  byName.get('head.0.linear.weight')?.assign(
    tf.tensor2d([
      [1, 2],
      [-1, 0],
    ]),
  );
  byName.get('head.1.linear.weight')?.assign(tf.tensor2d([[3, 5]]));
  const logits = tf.tidy(() =>
    numbersOf(
      head.apply(
        tf.tensor2d([
          [1, 2],
          [-4, 1],
        ]),
        passOf('predict'),
      ),
    ),
  );
  const scale = 1 / (1 + 1e-5);
  // [1 + 4, -1] and [-4 + 2, 4], then ReLU.
  expectClose(logits, [3 * 5 * scale, 5 * 4 * scale]);
  expect(() => createClassifierHead([2])).toThrow('head: the sizes are [2]; it needs features and classes');
  expect(() => createClassifierHead([2, 0.5])).toThrow(
    'head: size 1 of [2, 0.5] is 0.5; it must be an integer from 1',
  );
});

it('pools last, max and mean over the steps that count', () => {
  // Two features over three steps of two rows; the second row has ended after the first step.
  const output = tf.tensor3d([
    [
      [-1, 5],
      [-3, -4],
    ],
    [
      [-2, 9],
      [7, 7],
    ],
    [
      [-6, 4],
      [8, 8],
    ],
  ]);
  const counted = tf.tensor2d([
    [1, 1],
    [1, 0],
    [1, 0],
  ]);
  const last = tf.tensor2d([
    [0, 1],
    [0, 0],
    [1, 0],
  ]);
  expectClose(numbersOf(concatPooling(output, counted, last)), [-6, 4, -1, 9, -3, 6, -3, -4, -3, -4, -3, -4]);
});
