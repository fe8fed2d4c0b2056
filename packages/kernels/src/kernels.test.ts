import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { dropout, dropoutMask } from './dropout.js';
import { embeddingLookup } from './embedding-lookup.js';
import { lstmLayer, type LstmWeights } from './lstm-layer.js';
import { lstmLayerReference } from './lstm-layer-reference.js';
import { uniformValues } from './random-values.js';
import { randomKey } from './random-key.js';
import { tiedCrossEntropy } from './tied-cross-entropy.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const random = (shape: number[], stream: string) =>
  tf.tensor(
    uniformValues(
      shape.reduce((a, b) => a * b, 1),
      -1,
      1,
      randomKey({ seed: 7, stream }),
    ),
    shape,
  );

function expectClose(actual: tf.Tensor, expected: tf.Tensor, what: string) {
  expect(actual.shape, what).toEqual(expected.shape);
  const [a, e] = [actual.dataSync(), expected.dataSync()];
  e.forEach((v, i) => {
    expect(Math.abs((a[i] as number) - v), `${what}[${i}]: ${a[i]} against ${v}`).toBeLessThan(
      1e-5 + 1e-4 * Math.abs(v),
    );
  });
}

const size = (max: number) => fc.integer({ min: 1, max });

describe('lstmLayer', () => {
  it('equals the reference in value, state and every gradient, on random shapes', () => {
    fc.assert(
      fc.property(size(5), size(4), size(6), size(7), (time, batch, input, hidden) => {
        tf.tidy(() => {
          const x = random([time, batch, input], 'x') as tf.Tensor3D;
          const state = {
            h: random([batch, hidden], 'h') as tf.Tensor2D,
            c: random([batch, hidden], 'c') as tf.Tensor2D,
          };
          const w = {
            weightIh: random([4 * hidden, input], 'wi') as tf.Tensor2D,
            weightHh: random([4 * hidden, hidden], 'wh') as tf.Tensor2D,
            biasIh: random([4 * hidden], 'bi') as tf.Tensor1D,
            biasHh: random([4 * hidden], 'bh') as tf.Tensor1D,
          };
          const up = random([time, batch, hidden], 'up');
          const run = (layer: typeof lstmLayerReference) =>
            tf.grads((...t) => {
              const [x, weightIh, weightHh, biasIh, biasHh] = t;
              const weights = { weightIh, weightHh, biasIh, biasHh } as unknown as LstmWeights;
              // Weights made within the tape, as a dropped one is: the forward pass's own tensors are gone afterwards.
              const dropped = { ...weights, weightHh: tf.mul(weights.weightHh, 0.5) as tf.Tensor2D };
              return tf.sum(tf.mul(up, layer(tf.mul(x as tf.Tensor3D, 2), state, dropped).output));
            })([x, w.weightIh, w.weightHh, w.biasIh, w.biasHh]);
          const fast = lstmLayer(x, state, w);
          const slow = lstmLayerReference(x, state, w);
          expectClose(fast.output, slow.output, 'output');
          expectClose(fast.state.h, slow.state.h, 'h');
          expectClose(fast.state.c, slow.state.c, 'c');
          const expected = run(lstmLayerReference);
          run((x, s, w) => lstmLayer(x, s, w)).forEach((g, i) =>
            expectClose(g, expected[i] as tf.Tensor, `gradient ${i}`),
          );
        });
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const w = {
        weightIh: tf.zeros<tf.Rank.R2>([8, 3]),
        weightHh: tf.zeros<tf.Rank.R2>([8, 2]),
        biasIh: tf.zeros<tf.Rank.R1>([8]),
        biasHh: tf.zeros<tf.Rank.R1>([8]),
      };
      const state = { h: tf.zeros<tf.Rank.R2>([1, 2]), c: tf.zeros<tf.Rank.R2>([1, 2]) };
      tf.grad((x) => tf.sum(lstmLayer(x as tf.Tensor3D, state, w).output))(tf.ones([4, 1, 3]));
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names the tensor whose shape is wrong', () => {
    const w = {
      weightIh: tf.zeros([8, 4]),
      weightHh: tf.zeros([8, 2]),
      biasIh: tf.zeros([8]),
      biasHh: tf.zeros([8]),
    };
    const state = { h: tf.zeros([1, 2]), c: tf.zeros([1, 2]) };
    expect(() => lstmLayer(tf.zeros([5, 1, 3]), state as never, w as never)).toThrow(
      /weightIh is \[8, 4\].*need \[8, 3\]/,
    );
    expect(() => lstmLayer(tf.zeros([0, 1, 4]), state as never, w as never)).toThrow(/at least one step/);
  });
});

describe('tiedCrossEntropy', () => {
  it('equals softmax cross-entropy over explicit logits, in value and gradients', () => {
    fc.assert(
      fc.property(size(9), size(5), fc.integer({ min: 2, max: 12 }), (rows, features, vocabulary) => {
        tf.tidy(() => {
          const inputs = [
            random([rows, features], 'h'),
            random([vocabulary, features], 'w'),
            random([vocabulary], 'b'),
          ];
          const targets = tf.tensor1d(
            Array.from({ length: rows }, (_, i) => (i * 7) % vocabulary),
            'int32',
          );
          const fused = (...t: tf.Tensor[]) =>
            tiedCrossEntropy({
              hidden: t[0] as tf.Tensor2D,
              weight: t[1] as tf.Tensor2D,
              bias: t[2] as tf.Tensor1D,
              targets,
            });
          const composed = (...t: tf.Tensor[]) => {
            const logits = tf.add(
              tf.matMul(t[0] as tf.Tensor2D, t[1] as tf.Tensor2D, false, true),
              t[2] as tf.Tensor,
            );
            const chosen = tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(targets, vocabulary)), 1);
            return tf.neg(tf.mean(chosen)) as tf.Scalar;
          };
          expectClose(fused(...inputs), composed(...inputs), 'loss');
          const expected = tf.grads((...t) => tf.mul(composed(...t), 3))(inputs);
          tf.grads((...t) => tf.mul(fused(...t), 3))(inputs).forEach((g, i) => {
            expectClose(g, expected[i] as tf.Tensor, `gradient ${i}`);
          });
        });
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it('has no mean of no rows', () => {
    const nothing = {
      hidden: tf.zeros([0, 3]) as tf.Tensor2D,
      weight: tf.zeros([5, 3]) as tf.Tensor2D,
      bias: tf.zeros([5]) as tf.Tensor1D,
      targets: tf.zeros([0], 'int32') as tf.Tensor1D,
    };
    expect(() => tiedCrossEntropy(nothing)).toThrow(/hidden has no rows/);
  });
});

describe('embeddingLookup', () => {
  it('adds up the gradients of equal ids and gives the padding row none', () => {
    const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const ids = tf.tensor2d([2, 1, 2, 0], [2, 2], 'int32');
    expect(embeddingLookup(table, ids).arraySync()).toEqual([
      [
        [5, 6],
        [3, 4],
      ],
      [
        [5, 6],
        [1, 2],
      ],
    ]);
    const gradient = tf.grad((t) => tf.sum(embeddingLookup(t as tf.Tensor2D, ids, 1)))(table);
    expect(gradient.arraySync()).toEqual([
      [1, 1],
      [0, 0],
      [2, 2],
    ]);
  });
});

describe('dropout', () => {
  it('multiplies by its mask, forward and backward', () => {
    const key = randomKey({ seed: 5, stream: 'd' });
    const x = random([4, 3, 5], 'x');
    const mask = dropoutMask([1, 3, 5], 0.4, key);
    expectClose(dropout(x, 0.4, key, [1, 3, 5]), tf.mul(x, mask), 'value');
    const gradient = tf.grad((t) => tf.sum(dropout(t, 0.4, key, [1, 3, 5])))(x);
    expectClose(gradient, tf.mul(tf.onesLike(x), mask), 'gradient');
  });

  it('drops its rate and scales the rest to keep the mean', () => {
    const values = dropoutMask([20_000], 0.3, randomKey({ seed: 5, stream: 'd' })).dataSync();
    const kept = values.filter((v) => v !== 0);
    expect(1 - kept.length / values.length).toBeCloseTo(0.3, 1);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.7)]));
  });

  it('refuses a rate of one, and a mask that does not fit', () => {
    const key = randomKey({ seed: 5, stream: 'd' });
    expect(() => dropoutMask([2], 1, key)).toThrow('dropout: rate is 1; it must be from 0 to below 1');
    expect(() => dropout(tf.ones([2, 3]), 0.5, key, [3, 3])).toThrow(
      /mask of \[3, 3\] does not fit \[2, 3\]/,
    );
  });
});
