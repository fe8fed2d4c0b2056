import * as tf from '@tensorflow/tfjs-core';
import { dropout, lstmLayer, product, randomKey, runFast } from '@ulmfit/kernels';
import { kernelConformance } from '@ulmfit/kernels/conformance';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nativeMissing, withNativeReason } from '../native/kernels.test-helper.js';
import { setPrecision } from '../native/precision.js';
import { useBackend } from '../use-backend.js';
import {
  expectClose,
  expectSameBytes,
  nativeAndComposed,
  needsBfloat16,
  normal,
  sameForAnyThreads,
} from './native.test-helper.js';

describe.skipIf(nativeMissing !== undefined)(withNativeReason('the native addon’s kernels'), () => {
  beforeAll(async () => {
    const { fastKernels } = await useBackend({ backend: 'tensorflow', precision: 'float32' });
    expect(fastKernels).toContain('UlmfitLstmRecurrence');
  });
  afterEach(() => setPrecision('float32'));

  it('refuse shapes that do not fit', () => {
    tf.tidy(() => {
      const layer = {
        x: tf.ones<tf.Rank.R3>([2, 5, 3]),
        weightIh: tf.ones<tf.Rank.R2>([80, 3]),
        weightHh: tf.ones<tf.Rank.R2>([80, 20]),
        biasIh: tf.ones<tf.Rank.R1>([80]),
        biasHh: tf.ones<tf.Rank.R1>([80]),
        h: tf.ones<tf.Rank.R2>([5, 20]),
        c: tf.ones<tf.Rank.R2>([4, 20]),
      };
      expect(() => runFast('UlmfitLstmLayer', layer, { needsGradient: true })).toThrow(/h and c/);
      const inputs = {
        z: tf.ones<tf.Rank.R3>([2, 1, 80]),
        weightHh: tf.ones<tf.Rank.R2>([80, 21]),
        h: tf.ones<tf.Rank.R2>([1, 20]),
        c: tf.ones<tf.Rank.R2>([1, 20]),
      };
      expect(() => runFast('UlmfitLstmRecurrence', inputs)).toThrow(/weight_hh/);
    });
  });

  it.for([
    'UlmfitLstmLayer',
    'UlmfitLstmRecurrence',
    'UlmfitTiedSoftmaxCrossEntropy',
    'UlmfitProduct',
  ] as const)('round in bfloat16, where the processor has it: %s', (name, context) => {
    needsBfloat16(context);
    const each = kernelConformance({ draws: 1 }).find(({ kernels }) => kernels.includes(name));
    const made = (precision: 'float32' | 'bfloat16') => {
      setPrecision(precision);
      return tf.tidy(() => each?.compute()[0]?.dataSync());
    };
    const rounded = made('bfloat16');
    expect(rounded).toEqual(made('bfloat16'));
    expect(rounded).not.toEqual(made('float32'));
  });

  // No case of the suite: TensorFlow.js's own operations in plain JavaScript can't.
  it.for(['float32', 'bfloat16'] as const)(
    'take no rows, whose gradients are zero, in %s',
    (precision, context) => {
      if (precision === 'bfloat16') needsBfloat16(context);
      setPrecision(precision);
      const { native, composed } = nativeAndComposed(() => {
        const state = { h: tf.zeros<tf.Rank.R2>([0, 5]), c: tf.zeros<tf.Rank.R2>([0, 5]) };
        const biases = { biasIh: tf.ones<tf.Rank.R1>([20]), biasHh: tf.ones<tf.Rank.R1>([20]) };
        const layer = (ih: tf.Tensor, hh: tf.Tensor) => {
          const weights = { weightIh: ih as tf.Tensor2D, weightHh: hh as tf.Tensor2D, ...biases };
          return lstmLayer(tf.zeros([3, 0, 4]), state, weights).output;
        };
        const weights = [tf.ones([20, 4]), tf.ones([20, 5])] as const;
        const gradients = tf.grads((ih: tf.Tensor, hh: tf.Tensor) => tf.sum(layer(ih, hh)));
        return [layer(...weights), ...gradients([...weights])];
      });
      expectSameBytes(native, composed);
      expect(native.map(({ length }) => length)).toEqual([0, 80, 100]);
    },
  );

  it('keep large results apart, and in the memory of those that are gone', () => {
    const live: { result: tf.Tensor; value: number }[] = [];
    const step = (i: number) => {
      // From a quarter to four megabytes, in no order.
      const size = 2 ** 16 + (((i * 0x9e3779b1) >>> 0) % 2 ** 20);
      const key = randomKey({ seed: i, stream: 'memory' });
      live.push({ result: tf.tidy(() => dropout(tf.fill([size], i + 1), 0.5, key)), value: 2 * (i + 1) });
      if (live.length <= 12) return;
      const [gone] = live.splice((i * 5) % live.length, 1);
      if (gone === undefined) return;
      const own = tf.tidy(() =>
        tf.all(tf.logicalOr(tf.equal(gone.result, 0), tf.equal(gone.result, gone.value))),
      );
      expect(own.dataSync()[0]).toBe(1);
      tf.dispose([own, gone.result]);
    };
    for (let i = 0; i < 60; i++) step(i);
    const before = process.memoryUsage.rss();
    for (let i = 60; i < 240; i++) step(i);
    // They were 400 MB together.
    expect(process.memoryUsage.rss() - before).toBeLessThan(80e6);
    for (const { result } of live) result.dispose();
  });

  const drawn = (m: number, k: number, n: number, seed: number): [tf.Tensor2D, tf.Tensor2D] => [
    normal([m, k], seed, 'a') as tf.Tensor2D,
    normal([k, n], seed, 'b') as tf.Tensor2D,
  ];

  /** `[m, k, n]` of products that are made in several blocks, or in less than one. */
  const overBlocks = [
    [205, 2051, 65],
    [1, 1025, 17],
    [400, 3, 33],
  ] as const;
  /** A product of the matrices as they are, and the same of transposed ones: the same bytes. */
  const eitherWay = (a: tf.Tensor2D, b: tf.Tensor2D, bias?: tf.Tensor1D) => {
    const biased = bias && { bias };
    const [plain, transposed] = sameForAnyThreads(() => [
      product(a, b, biased),
      product(tf.transpose(a), tf.transpose(b), { ...biased, transposeA: true, transposeB: true }),
    ]) as [Float32Array, Float32Array];
    expectSameBytes([transposed], [plain]);
    return [plain, transposed];
  };

  // With a bias, since without one they are TensorFlow's.
  describe('products in float32', () => {
    it.each([
      [33, 32, 65],
      [64, 400, 96],
      [16, 3000, 31],
    ])('err no more than sums of one after the other: [%i, %i] x [.., %i]', (m, k, n) => {
      tf.tidy(() => {
        const [a, b] = drawn(m, k, n, k);
        const [rows, columns] = [a.dataSync(), tf.transpose(b).dataSync()];
        const made = product(a, b, { bias: tf.zeros([n]) }).dataSync();
        // A multiply-add rounds once where the processor has it in one, else twice.
        let [squares, squaresOnce, squaresTwice] = [0, 0, 0];
        made.forEach((value, at) => {
          const row = rows.subarray(Math.floor(at / n) * k, Math.floor(at / n) * k + k);
          const column = columns.subarray((at % n) * k, (at % n) * k + k);
          let [exact, once, twice] = [0, 0, 0];
          row.forEach((x, i) => {
            const term = x * (column[i] ?? NaN);
            exact += term;
            once = Math.fround(once + term);
            twice = Math.fround(twice + Math.fround(term));
          });
          squares += (value - exact) ** 2;
          squaresOnce += (once - exact) ** 2;
          squaresTwice += (twice - exact) ** 2;
        });
        const bound = 1.01 * Math.sqrt(Math.max(squaresOnce, squaresTwice));
        expect(Math.sqrt(squares)).toBeLessThanOrEqual(bound);
      });
    });

    it('are those of TensorFlow over many blocks, the same bytes for any threads', () => {
      for (const [m, k, n] of overBlocks) {
        tf.tidy(() => {
          const [a, b] = drawn(m, k, n, k);
          const bias = normal([n], k, 'bias') as tf.Tensor1D;
          const composed = tf.add(tf.matMul(a, b), bias).dataSync();
          const native = eitherWay(a, b, bias);
          expectClose({ native, composed: native.map(() => composed) }, { relative: 1e-5, scaled: true });
        });
      }
    });
  });

  describe('products in bfloat16', () => {
    /** The numbers that bfloat16 holds: 16 of float32's bits less. */
    const narrow = (t: tf.Tensor2D): tf.Tensor2D => {
      const bits = new Uint32Array(Float32Array.from(t.dataSync()).buffer).map((b) => b & 0xffff0000);
      return tf.tensor2d(new Float32Array(bits.buffer), t.shape);
    };

    it('round nothing but the factors, over many blocks, and give the same bytes for any threads', (context) => {
      needsBfloat16(context);
      for (const [m, k, n] of overBlocks) {
        tf.tidy(() => {
          const [a, b] = drawn(m, k, n, k).map(narrow) as [tf.Tensor2D, tf.Tensor2D];
          const composed = tf.matMul(a, b).dataSync();
          setPrecision('bfloat16');
          const native = eitherWay(a, b);
          setPrecision('float32');
          expectClose({ native, composed: native.map(() => composed) }, { relative: 1e-5, absolute: 1e-4 });
        });
      }
    });
  });
});
