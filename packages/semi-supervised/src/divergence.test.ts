import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { divergence, entropy } from './divergence.js';

const value = (made: () => tf.Scalar): number => tf.tidy(() => made().dataSync()[0] ?? NaN);
const one = tf.tensor2d([
  [0.3, -1, 2],
  [0, 0.5, -0.5],
]);
const other = tf.tensor2d([
  [1, 0, 0.2],
  [-2, 1, 0.1],
]);

it('is that of the definition, with one class a text and with several', () => {
  const softmax = (row: number[]) =>
    row.map((x) => Math.exp(x) / row.reduce((sum, y) => sum + Math.exp(y), 0));
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const log = (p: number, q: number) => p * Math.log(p / q);
  const rows = (t: tf.Tensor2D) => t.arraySync();
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  const single = rows(one).map((row, i) => {
    const [p, q] = [softmax(row), softmax(rows(other)[i] ?? [])];
    return p.reduce((sum, x, c) => sum + log(x, q[c] ?? NaN), 0);
  });
  expect(value(() => divergence(one, other))).toBeCloseTo(mean(single), 5);
  const several = rows(one).map((row, i) =>
    row.reduce((sum, x, c) => {
      const [p, q] = [sigmoid(x), sigmoid(rows(other)[i]?.[c] ?? NaN)];
      return sum + log(p, q) + log(1 - p, 1 - q);
    }, 0),
  );
  expect(value(() => divergence(one, other, { multiLabel: true }))).toBeCloseTo(mean(several), 5);
  expect(value(() => divergence(one, one))).toBeCloseTo(0, 6);
  const sure = rows(one).map((row) => -softmax(row).reduce((sum, p) => sum + p * Math.log(p), 0));
  expect(value(() => entropy(one))).toBeCloseTo(mean(sure), 5);
  const each = rows(one).map((row) =>
    row.reduce((sum, x) => sum - [sigmoid(x), sigmoid(-x)].reduce((s, p) => s + p * Math.log(p), 0), 0),
  );
  expect(value(() => entropy(one, { multiLabel: true }))).toBeCloseTo(mean(each), 5);
});

it('stays finite where the model is sure', () => {
  const far = tf.tensor2d([[80, -80]]);
  for (const multiLabel of [false, true]) {
    expect(value(() => divergence(far, tf.neg(far), { multiLabel }))).toBeGreaterThan(100);
    expect(value(() => entropy(far, { multiLabel }))).toBeCloseTo(0, 6);
  }
});
