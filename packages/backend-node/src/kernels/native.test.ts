import * as tf from '@tensorflow/tfjs-core';
import { adamStep, dropout, lstmLayer, product, randomKey, runFast, tiedCrossEntropy } from '@ulmfit/kernels';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

interface LstmSizes {
  readonly time: number;
  readonly batch: number;
  readonly input: number;
  readonly hidden: number;
  readonly seed: number;
}

/** Output, state and gradients of an LSTM layer. */
function lstm({ time, batch, input, hidden, seed }: LstmSizes): tf.Tensor[] {
  const draw = (name: string, ...shape: number[]): tf.Tensor => normal(shape, seed, name, 0.5);
  const x = draw('x', time, batch, input);
  const state = { h: draw('h', batch, hidden) as tf.Tensor2D, c: draw('c', batch, hidden) as tf.Tensor2D };
  const weights = [
    draw('ih', 4 * hidden, input),
    // As large as trained ones: larger ones make a chaos of which no two computations agree.
    normal([4 * hidden, hidden], seed, 'hh', 1 / Math.sqrt(hidden)),
    draw('bi', 4 * hidden),
    draw('bh', 4 * hidden),
  ];
  const dy = draw('dy', time, batch, hidden);
  const layer = (...all: tf.Tensor[]) => {
    const [x, weightIh, weightHh, biasIh, biasHh] = all as [
      tf.Tensor3D,
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor1D,
      tf.Tensor1D,
    ];
    return lstmLayer(x, state, { weightIh, weightHh, biasIh, biasHh });
  };
  const { output, state: last } = layer(x, ...weights);
  const gradients = tf.grads((...all: tf.Tensor[]) => tf.sum(tf.mul(layer(...all).output, dy)));
  return [output, last.h, last.c, ...gradients([x, ...weights])];
}

describe.skipIf(nativeMissing !== undefined)(withNativeReason('native kernels'), () => {
  beforeAll(async () => {
    const { fastKernels } = await useBackend({ backend: 'tensorflow', precision: 'float32' });
    expect(fastKernels).toContain('UlmfitLstmRecurrence');
  });
  afterEach(() => setPrecision('float32'));

  describe('the LSTM layer', () => {
    it('lets NaN and infinity through', () => {
      tf.tidy(() => {
        for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
          const z = tf.buffer<tf.Rank.R3>([2, 1, 80]);
          z.set(bad, 0, 0, 3);
          const inputs = {
            z: z.toTensor(),
            weightHh: tf.ones<tf.Rank.R2>([80, 20]),
            h: tf.ones<tf.Rank.R2>([1, 20]),
            c: tf.ones<tf.Rank.R2>([1, 20]),
          };
          const [output, cells] = runFast('UlmfitLstmRecurrence', inputs) ?? [];
          const values = Array.from(output?.dataSync() ?? []);
          if (Number.isNaN(bad)) {
            expect(values[3]).toBeNaN();
            expect(values.slice(20)).toEqual(new Array(20).fill(Number.NaN));
            expect(cells?.dataSync()[3]).toBeNaN();
          } else expect(values.every(Number.isFinite)).toBe(true);
        }
        const dOutput = tf.tensor3d([1, Number.NaN, 1], [1, 1, 3]);
        const inputs = {
          dOutput,
          gates: tf.fill([12], 0.5),
          cells: tf.ones<tf.Rank.R3>([1, 1, 3]),
          c: tf.ones<tf.Rank.R2>([1, 3]),
          weightHh: tf.ones<tf.Rank.R2>([12, 3]),
        };
        const dz = runFast('UlmfitLstmRecurrenceGrad', inputs)?.[0]?.dataSync() ?? [];
        expect(Array.from(dz, Number.isNaN)).toEqual(Array.from({ length: 12 }, (_, i) => i % 3 === 1));
      });
    });

    it('refuses shapes that do not fit', () => {
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

    it.for(['float32', 'bfloat16'] as const)(
      'takes no rows, whose gradients are zero, in %s',
      (precision, context) => {
        if (precision === 'bfloat16') needsBfloat16(context);
        setPrecision(precision);
        const { native, composed } = nativeAndComposed(() =>
          lstm({ time: 3, batch: 0, input: 4, hidden: 5, seed: 1 }),
        );
        expectSameBytes(native, composed);
      },
    );

    it('refuses a window without a step', () => {
      tf.tidy(() => {
        const none = { time: 0, batch: 6, input: 4, hidden: 5, seed: 1 };
        expect(() => lstm(none)).toThrow();
      });
    });

    it('rounds in bfloat16, where the processor has it', (context) => {
      needsBfloat16(context);
      setPrecision('bfloat16');
      for (const hidden of [12, 33, 200]) {
        const { native, composed } = nativeAndComposed(() =>
          lstm({ time: 6, batch: 9, input: 20, hidden, seed: hidden }),
        );
        expect(native).not.toEqual(composed);
      }
    });
  });

  it('take numbers too small for all their digits the same in every thread', () => {
    // As of a word that is not met again: its mean shrinks to nothing. Long enough for all threads to take part.
    const sizes = [200_000, 100_000];
    sameForAnyThreads(() => {
      let states = sizes.map((size) => ({ mean: tf.fill([size], 2e-38), squares: tf.fill([size], 2e-38) }));
      for (let step = 1; step <= 12; step++) {
        const tensors = states.map(({ mean, squares }) => ({
          ...{ parameter: tf.zerosLike(mean), gradient: tf.zerosLike(mean), mean, squares },
          ...{ step, weightDecay: 0 },
        }));
        states = adamStep(tensors, { learningRate: 0.01, beta1: 0.5, beta2: 0.5, epsilon: 1e-5 });
      }
      return states.flatMap(({ mean, squares }) => [mean, squares]);
    });
  });

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

  describe('the tied cross-entropy', () => {
    const run = (
      rows: number,
      features: number,
      vocabulary: number,
      seed: number,
      { scale = 1, bias: offset = (_word: number): number => 0, targets: first = 0 } = {},
    ): tf.Tensor[] => {
      const hidden = normal([rows, features], seed, 'hidden', scale);
      const weight = normal([vocabulary, features], seed, 'weight');
      const bias = tf.add(
        normal([vocabulary], seed, 'bias'),
        Array.from({ length: vocabulary }, (_, word) => offset(word)),
      );
      const targets = tf
        .range(first, first + rows, 1, 'int32')
        .mod(tf.scalar(vocabulary, 'int32'))
        .as1D();
      const { value, grads } = tf.valueAndGrads((hidden: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) =>
        tiedCrossEntropy({
          hidden: hidden as tf.Tensor2D,
          weight: weight as tf.Tensor2D,
          bias: bias as tf.Tensor1D,
          targets,
        }),
      )([hidden, weight, bias]);
      const alone = tiedCrossEntropy(
        { hidden: hidden as tf.Tensor2D, weight: weight as tf.Tensor2D, bias: bias as tf.Tensor1D, targets },
        false,
      );
      return [value, alone, ...grads];
    };

    describe.each(['float32', 'bfloat16'] as const)('in %s', (precision) => {
      beforeEach((context) => {
        if (precision === 'bfloat16') needsBfloat16(context);
        setPrecision(precision);
      });

      const close =
        precision === 'float32' ? { scaled: true } : { relative: 0.02, absolute: 0.02, scaled: true };

      // The composed operations make NaN of them.
      it.each([
        ['at first', (word: number, mask: number) => (word < 500 ? mask : 0), 700],
        ['later', (word: number, mask: number) => (word < 500 ? 0 : mask), 100],
      ])('takes words that are masked %s for impossible', (_, bias, targets) => {
        const masked = (mask: number) =>
          nativeAndComposed(() =>
            run(45, 12, 1201, 9, { scale: 0.3, bias: (word) => bias(word, mask), targets }),
          );
        expectClose({ native: masked(-Infinity).native, composed: masked(-1e9).composed }, close);
      });
    });

    it('gives no finite loss for NaN and infinity', () => {
      tf.tidy(() => {
        for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
          for (const column of [0, 17, 40]) {
            const weight = tf.buffer<tf.Rank.R2>([41, 2]);
            weight.set(bad, column, 0);
            const logits = tf.buffer<tf.Rank.R2>([2, 41]);
            logits.set(bad, 0, column);
            const common = { bias: tf.zeros<tf.Rank.R1>([41]), targets: tf.tensor1d([1, 1], 'int32') };
            for (const needsGradient of [true, false]) {
              const alone = runFast(
                'UlmfitSoftmaxCrossEntropy',
                { ...common, logits: logits.toTensor() },
                { needsGradient },
              );
              const tied = runFast(
                'UlmfitTiedSoftmaxCrossEntropy',
                { ...common, hidden: tf.tensor2d([1, 0, 0, 1], [2, 2]), weight: weight.toTensor() },
                { needsGradient },
              );
              expect(alone?.[0]?.dataSync()[0]).toBeNaN();
              expect(alone?.[0]?.dataSync()[1]).toBeCloseTo(Math.log(41), 5);
              expect(tied?.[0]?.dataSync()[0]).toBeNaN();
            }
          }
        }
      });
    });
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

    it('let NaN of any bits through, and nothing else becomes one', () => {
      tf.tidy(() => {
        const bits = Uint32Array.of(0x7fc00000, 0x7fffffff, 0xffffffff, 0xffc00001, 0x7f7f0000, 0x00000001);
        const a = tf.tensor2d(new Float32Array(bits.buffer), [6, 1]);
        const made = product(tf.concat([a, tf.ones([6, 1])], 1), tf.ones([2, 1]), { bias: tf.zeros([1]) });
        expect([...made.dataSync()].map(Number.isNaN)).toEqual([true, true, true, true, false, false]);
      });
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

    it('let NaN through', (context) => {
      needsBfloat16(context);
      tf.tidy(() => {
        setPrecision('bfloat16');
        const a = tf.tensor2d([1, Number.NaN, 1, 1, Number.POSITIVE_INFINITY, 1], [3, 2]);
        const [first, second, third] = product(a, tf.ones([2, 1])).dataSync();
        expect([first, second, third]).toEqual([Number.NaN, 2, Number.POSITIVE_INFINITY]);
      });
    });
  });
});
