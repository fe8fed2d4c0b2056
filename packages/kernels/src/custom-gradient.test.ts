import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { customGradient } from './custom-gradient.js';

/** x^2, which keeps x and makes an array on the way back. */
const squared = (x: tf.Tensor1D, alive: number[] = []): tf.Tensor1D =>
  customGradient<tf.Tensor1D>([x], () => ({
    value: tf.square(x),
    save: [x.clone()],
    gradient: (dy, [kept]) => {
      alive.push(tf.memory().numTensors);
      return [tf.mul(dy, tf.mul(2, kept as tf.Tensor1D))];
    },
  }));

const numbers = (t: tf.Tensor) => [...t.dataSync()];

describe('customGradient', () => {
  it('frees what a gradient was made from as soon as it is made', () => {
    const x = tf.tensor1d([1, 2, 3]);
    const alive: number[] = [];
    const before = tf.memory().numTensors;
    const dx = tf.grad((a: tf.Tensor) =>
      tf.sum([1, 2, 3, 4].reduce((b) => squared(b, alive), a as tf.Tensor1D)),
    )(x);
    // x^16
    expect(numbers(dx)).toEqual([1, 2, 3].map((v) => 16 * v ** 15));
    // Each step back frees its dy, what it kept and what it made on the way, and leaves one gradient.
    const [first = NaN, ...later] = alive;
    expect(later).toEqual([first - 1, first - 2, first - 3]);
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([x, dx]);
  });

  it('lets a gradient hand on what it was given', () => {
    const twice = (a: tf.Tensor1D, b: tf.Tensor1D) =>
      customGradient<tf.Tensor1D>([a, b], () => ({ value: tf.add(a, b), gradient: (dy) => [dy, dy] }));
    const [x, y] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])];
    const [dx, dy] = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
      tf.sum(tf.square(twice(squared(a as tf.Tensor1D), b as tf.Tensor1D))),
    )([x, y]) as [tf.Tensor, tf.Tensor];
    expect(numbers(dy)).toEqual([8, 16]);
    expect(numbers(dx)).toEqual([16, 64]);
    tf.dispose([x, y, dx, dy]);
  });

  it('has a gradient of its gradient', () => {
    const tripled = (x: tf.Tensor1D) =>
      customGradient<tf.Tensor1D>([x], () => ({ value: tf.mul(x, 3), gradient: (dy) => [tf.mul(dy, 3)] }));
    const x = tf.tensor1d([1, 2]);
    const before = tf.memory().numTensors;
    const first = tf.grad((a: tf.Tensor) => tf.sum(tf.square(tripled(a as tf.Tensor1D))));
    const second = tf.grad((a: tf.Tensor) => tf.sum(first(a)))(x);
    expect(numbers(second)).toEqual([18, 18]);
    tf.dispose(second);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(x);
  });
});
