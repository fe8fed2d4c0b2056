import * as tf from '@tensorflow/tfjs-core';
import {
  adamStep,
  concatPooling,
  dropout,
  dropoutMask,
  embeddingLookup,
  globalNorm,
  lstmLayer,
  meanSquare,
  meanSquareOfChanges,
  product,
  randomKey,
  runFast,
  tiedCrossEntropy,
  type LstmState,
  type LstmWeights,
} from '@ulmfit/kernels';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nativeMissing, withNativeReason } from '../native/kernels.test-helper.js';
import { nativeModule } from '../native/native-kernels.js';
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
import { registerNativeKernels } from './register-fast-kernels.js';

const seeds = fc.nat(0xffffffff);
const lstmSizes = fc.record({
  time: fc.integer({ min: 1, max: 6 }),
  // From 32 rows on the input's product is made with the recurrent one.
  batch: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 31, max: 40 })),
  input: fc.integer({ min: 1, max: 20 }),
  hidden: fc.integer({ min: 1, max: 70 }),
  seed: seeds,
});
type LstmSizes = typeof lstmSizes extends fc.Arbitrary<infer T> ? T : never;

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

/** Runs `body` as where these kernels leave their inputs to others. */
function withoutKernels(names: readonly string[], body: () => void): void {
  for (const kernelName of names) {
    tf.unregisterKernel(kernelName, 'tensorflow');
    tf.registerKernel({ kernelName, backendName: 'tensorflow', kernelFunc: () => [] });
  }
  try {
    body();
  } finally {
    for (const name of names) tf.unregisterKernel(name, 'tensorflow');
    registerNativeKernels();
  }
}

describe.skipIf(nativeMissing !== undefined)(withNativeReason('native kernels'), () => {
  beforeAll(async () => {
    const { fastKernels } = await useBackend({ backend: 'tensorflow', precision: 'float32' });
    expect(fastKernels).toContain('UlmfitLstmRecurrence');
  });
  afterEach(() => setPrecision('float32'));

  describe('the LSTM layer', () => {
    it('gives the composed values and gradients for any shape', () => {
      fc.assert(
        fc.property(lstmSizes, (sizes) => {
          expectClose(nativeAndComposed(() => lstm(sizes)));
        }),
        { numRuns: 40, seed: 11 },
      );
    });

    it.each([10, 12, 20, 200, 400])('does so for %i units over many steps', (hidden) => {
      const sizes = { time: 24, batch: 13, input: 8, hidden, seed: hidden };
      // Gradients sum over 312 rows, and single ones cancel out.
      expectClose(
        nativeAndComposed(() => lstm(sizes)),
        { scaled: true },
      );
    });

    it.for(['float32', 'bfloat16'] as const)(
      'gives the same bytes every time in %s',
      (precision, context) => {
        if (precision === 'bfloat16') needsBfloat16(context);
        setPrecision(precision);
        const sizes = { time: 25, batch: 75, input: 16, hidden: 100, seed: 1 };
        const first = sameForAnyThreads(() => lstm(sizes));
        for (let i = 0; i < 3; i++)
          expectSameBytes(
            sameForAnyThreads(() => lstm(sizes)),
            first,
          );
      },
    );

    it.for(['float32', 'bfloat16'] as const)(
      'does so where others make the products, in %s',
      (precision, context) => {
        if (precision === 'bfloat16') needsBfloat16(context);
        setPrecision(precision);
        const close = precision === 'float32' ? {} : { relative: 0.05, absolute: 0.05 };
        for (const hidden of [12, 33, 200]) {
          withoutKernels(['UlmfitLstmLayer', 'UlmfitLstmLayerGrad'], () => {
            const sizes = { time: 5, batch: 17, input: 8, hidden, seed: hidden };
            expectClose(
              nativeAndComposed(() => lstm(sizes)),
              { scaled: true, ...close },
            );
          });
        }
      },
    );

    it('does so where the gradients are made in several parts', () => {
      // More rows than are laid out at once, an odd number in a step, and a first part that is shorter.
      const sizes = { time: 23, batch: 97, input: 19, hidden: 24, seed: 3 };
      expectClose(
        nativeAndComposed(() => lstm(sizes)),
        { scaled: true },
      );
    });

    it('gives the gradients that are asked for, and zeros for the others', () => {
      const weights = { weightHh: [24, 6], biasIh: [24], biasHh: [24], h: [7, 6], c: [7, 6] };
      for (const needs of [
        { input: true, weights: false },
        { input: false, weights: true },
        { input: false, weights: false },
      ]) {
        const results = nativeAndComposed(() => {
          const rest = Object.fromEntries(
            Object.entries(weights).map(([name, shape]) => [name, normal(shape, 1, name)]),
          ) as Omit<LstmWeights & LstmState, 'weightIh'>;
          return tf.grads((x, weightIh) => {
            const all = { ...rest, weightIh: weightIh as tf.Tensor2D };
            return tf.sum(lstmLayer(x as tf.Tensor3D, rest, all, needs).output);
          })([normal([3, 7, 5], 1, 'x'), normal([24, 5], 1, 'ih')]);
        });
        expectClose(results);
        expect(results.native.map((g) => g.some((v) => v !== 0))).toEqual([needs.input, needs.weights]);
      }
    });

    it('lets NaN and infinity through', () => {
      tf.tidy(() => {
        for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
          const z = tf.buffer([2, 1, 80]);
          z.set(bad, 0, 0, 3);
          const inputs = {
            z: z.toTensor(),
            weightHh: tf.ones([80, 20]),
            h: tf.ones([1, 20]),
            c: tf.ones([1, 20]),
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
          cells: tf.ones([1, 1, 3]),
          c: tf.ones([1, 3]),
          weightHh: tf.ones([12, 3]),
        };
        const dz = runFast('UlmfitLstmRecurrenceGrad', inputs)?.[0]?.dataSync() ?? [];
        expect(Array.from(dz, Number.isNaN)).toEqual(Array.from({ length: 12 }, (_, i) => i % 3 === 1));
      });
    });

    it('refuses shapes that do not fit', () => {
      tf.tidy(() => {
        const layer = {
          x: tf.ones([2, 5, 3]),
          weightIh: tf.ones([80, 3]),
          weightHh: tf.ones([80, 20]),
          biasIh: tf.ones([80]),
          biasHh: tf.ones([80]),
          h: tf.ones([5, 20]),
          c: tf.ones([4, 20]),
        };
        expect(() => runFast('UlmfitLstmLayer', layer, { needsGradient: true })).toThrow(/h and c/);
        const inputs = {
          z: tf.ones([2, 1, 80]),
          weightHh: tf.ones([80, 21]),
          h: tf.ones([1, 20]),
          c: tf.ones([1, 20]),
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

    it('comes close in bfloat16 where the processor has it', (context) => {
      needsBfloat16(context);
      setPrecision('bfloat16');
      const check = (sizes: LstmSizes) => {
        const results = nativeAndComposed(() => lstm(sizes));
        expectClose(results, { relative: 0.05, absolute: 0.05, scaled: true });
        return results;
      };
      for (const hidden of [12, 33, 200]) {
        const { native, composed } = check({ time: 6, batch: 9, input: 20, hidden, seed: hidden });
        expect(native).not.toEqual(composed);
      }
      fc.assert(
        fc.property(lstmSizes, (sizes) => void check(sizes)),
        { numRuns: 40, seed: 12 },
      );
      // Gradients in several parts, of rows that fill no block and units that fill no register.
      check({ time: 23, batch: 97, input: 45, hidden: 51, seed: 3 });
    });
  });

  describe('dropout', () => {
    const masks = fc
      .array(
        fc.record({
          size: fc.integer({ min: 1, max: 40 }),
          broadcast: fc.boolean(),
        }),
        { minLength: 1, maxLength: 3 },
      )
      .map((axes) => ({
        shape: axes.map(({ size }) => size),
        maskShape: axes.map(({ size, broadcast }) => (broadcast ? 1 : size)),
      }));
    const rates = fc.constantFrom(0.02, 0.25, 0.5, 0.9);

    it('is bit for bit the composed one, any mask, forward and backward', () => {
      fc.assert(
        fc.property(masks, rates, seeds, seeds, ({ shape, maskShape }, rate, seed, step) => {
          const key = randomKey({ seed, stream: 'mask', step, call: 3, microBatch: 0xffffffff });
          const { native, composed } = nativeAndComposed(() => {
            const x = normal(shape, seed, 'x');
            const dy = normal(shape, seed, 'dy');
            return [
              dropout(x, rate, key, maskShape),
              tf.grad((x: tf.Tensor) => tf.sum(tf.mul(dropout(x, rate, key, maskShape), dy)))(x),
            ];
          });
          expect(native).toEqual(composed);
        }),
        { numRuns: 60, seed: 12 },
      );
    });

    it('draws the mask of the package kernels for large tensors', () => {
      tf.tidy(() => {
        const key = randomKey({ seed: 7, stream: 'large' });
        const ones = tf.ones([301, 257]);
        expect(dropout(ones, 0.3, key).dataSync()).toEqual(dropoutMask(ones.shape, 0.3, key).dataSync());
        const wide = tf.ones([70, 8, 130]);
        expect(dropout(wide, 0.3, key, [1, 8, 130]).dataSync()).toEqual(
          tf.mul(wide, dropoutMask([1, 8, 130], 0.3, key)).dataSync(),
        );
      });
    });

    it('lets NaN through, dropped or not', () => {
      tf.tidy(() => {
        const y = dropout(tf.fill([200], Number.NaN), 0.5, randomKey({ seed: 1, stream: 'nan' }));
        expect(Array.from(y.dataSync())).toEqual(new Array(200).fill(Number.NaN));
      });
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
    const sizes = fc.record({
      rows: fc.integer({ min: 1, max: 40 }),
      features: fc.integer({ min: 1, max: 20 }),
      vocabulary: fc.integer({ min: 1, max: 300 }),
      seed: seeds,
    });
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

    it('gives the composed loss and gradients for any shape', () => {
      fc.assert(
        fc.property(sizes, ({ rows, features, vocabulary, seed }) => {
          expectClose(nativeAndComposed(() => run(rows, features, vocabulary, seed)));
        }),
        { numRuns: 50, seed: 13 },
      );
    });

    it('does so over many chunks of rows, with the same bytes for any threads', () => {
      const results = nativeAndComposed(() => run(700, 24, 6000, 4));
      expectClose(results, { scaled: true });
      expectSameBytes(
        sameForAnyThreads(() => run(700, 24, 6000, 4)),
        results.native,
      );
    });

    it('does so where others make the products', () => {
      withoutKernels(['UlmfitTiedSoftmaxCrossEntropy'], () => {
        expectClose(nativeAndComposed(() => run(37, 9, 211, 2)));
      });
    });

    it('comes close in bfloat16 where the processor has it', (context) => {
      needsBfloat16(context);
      setPrecision('bfloat16');
      const results = nativeAndComposed(() => run(61, 33, 415, 8, { scale: 0.3 }));
      expectClose(results, { relative: 0.02, absolute: 0.02, scaled: true });
      expect(results.native).not.toEqual(results.composed);
    });

    it('bears logits in the hundreds', () => {
      expectClose(
        nativeAndComposed(() => run(9, 16, 100, 5, { scale: 40 })),
        { absolute: 1e-4, scaled: true },
      );
    });

    it('does so for blocks of words that are just full, and for more features than a product takes at once', () => {
      for (const vocabulary of [383, 384, 385, 768, 769]) {
        expectClose(nativeAndComposed(() => run(31, 5, vocabulary, 6)));
      }
      expectClose(
        nativeAndComposed(() => run(19, 801, 401, 6, { scale: 0.1 })),
        { scaled: true },
      );
    });

    // The powers of a row are relative to one of its first logits until there is a much larger one.
    describe.each(['float32', 'bfloat16'] as const)('in %s', (precision) => {
      beforeEach((context) => {
        if (precision === 'bfloat16') needsBfloat16(context);
        setPrecision(precision);
      });

      const close =
        precision === 'float32' ? { scaled: true } : { relative: 0.02, absolute: 0.02, scaled: true };

      it.each<[string, (word: number) => number, number]>([
        ['grow from word to word', (word) => word / 10 - 60, 0],
        ['fall from word to word', (word) => 60 - word / 10, 0],
        ['leap from block to block', (word) => Math.floor(word / 384) * 40, 800],
        ['are next to nothing at first', (word) => (word < 500 ? -1e9 : 0), 700],
        ['are next to nothing later', (word) => (word < 500 ? 0 : -1e9), 100],
      ])('bears logits that %s', (_, bias, targets) => {
        expectClose(
          nativeAndComposed(() => run(45, 12, 1201, 9, { scale: 0.3, bias, targets })),
          close,
        );
      });

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
            const weight = tf.buffer([41, 2]);
            weight.set(bad, column, 0);
            const logits = tf.buffer([2, 41]);
            logits.set(bad, 0, column);
            const common = { bias: tf.zeros([41]), targets: tf.tensor1d([1, 1], 'int32') };
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

  it('drops nothing of nothing', () => {
    for (const [shape, mask] of [
      [
        [4, 0],
        [4, 1],
      ],
      [
        [0, 5],
        [1, 1],
      ],
      [
        [0, 5],
        [0, 5],
      ],
    ] as const) {
      const key = randomKey({ seed: 1, stream: 'x' });
      expect(tf.tidy(() => dropout(tf.zeros([...shape]), 0.5, key, [...mask]).shape)).toEqual(shape);
    }
  });

  it('takes Adam’s step for many tensors at once', () => {
    const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(shapes, seeds, fc.integer({ min: 1, max: 500 }), (all, seed, step) => {
        expectClose(
          nativeAndComposed(() => {
            const draw = (name: string, i: number, shape: number[]) => normal(shape, seed, `${name}${i}`);
            const tensors = all.map((shape, i) => ({
              parameter: draw('p', i, shape),
              gradient: draw('g', i, shape),
              mean: draw('m', i, shape),
              squares: tf.square(draw('v', i, shape)),
              step: step + i,
              weightDecay: i % 2 === 0 ? 0 : 0.1,
            }));
            const settings = { learningRate: 0.01, beta1: 0.8, beta2: 0.99, epsilon: 1e-5 };
            return adamStep(tensors, settings).flatMap((r) => [r.parameter, r.mean, r.squares]);
          }),
          { relative: 1e-5, absolute: 1e-6 },
        );
      }),
      { numRuns: 40, seed: 14 },
    );
  });

  it('gives the norm of many tensors at once, the same for any threads', () => {
    const sizes = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 16300, max: 50000 })),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(sizes, seeds, (all, seed) => {
        const norm = () => globalNorm(all.map((size, i) => normal([size], seed, `x${i}`)));
        expectClose(nativeAndComposed(() => [norm()]));
        sameForAnyThreads(() => [norm()]);
      }),
      { numRuns: 25, seed: 14 },
    );
    expect(tf.tidy(() => globalNorm([tf.tensor1d([1, Number.NaN])]).dataSync()[0])).toBeNaN();
  });

  describe('over the outputs of a window', () => {
    const shapes = fc.record({
      time: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 60, max: 80 })),
      batch: fc.integer({ min: 1, max: 9 }),
      features: fc.integer({ min: 1, max: 70 }),
      seed: seeds,
    });

    it('gives mean squares, of changes too, and their gradients', () => {
      fc.assert(
        fc.property(shapes, ({ time, batch, features, seed }) => {
          const penalties = (): tf.Tensor[] => {
            const x = normal([time, batch, features], seed, 'x');
            const both = (t: tf.Tensor) => tf.add(meanSquare(t, 2), meanSquareOfChanges(t, 3));
            return [meanSquare(x, 2), meanSquareOfChanges(x, 3), tf.grad(both)(x)];
          };
          expectClose(nativeAndComposed(penalties));
          sameForAnyThreads(penalties);
        }),
        { numRuns: 25, seed: 31 },
      );
      const broken = tf.tensor2d([1, Number.NaN, 2, 3], [2, 2]);
      expect([meanSquare(broken), meanSquareOfChanges(broken)].map((t) => t.dataSync()[0])).toEqual([
        NaN,
        NaN,
      ]);
    });

    it('pools the steps that count, and shares the gradient among equal ones', () => {
      fc.assert(
        fc.property(shapes, ({ time, batch, features, seed }) => {
          const inputs = () => {
            // Few different numbers, so that the largest of a feature is there more than once.
            const output = tf.div(tf.round(tf.mul(normal([time, batch, features], seed, 'x'), 3)), 10);
            const ends = Array.from({ length: batch }, (_, row) => (seed + 7 * row) % time);
            const begins = ends.map((end, row) => (seed + row) % (end + 1));
            const mask = (of: (t: number, row: number) => boolean) =>
              tf.tensor2d(
                Array.from({ length: time }, (_, t) => ends.map((_, row) => Number(of(t, row)))),
                [time, batch],
              );
            return {
              output: output as tf.Tensor3D,
              counted: mask((t, row) => t >= (begins[row] ?? 0) && t <= (ends[row] ?? 0)),
              last: mask((t, row) => t === ends[row]),
            };
          };
          const pooled = (): tf.Tensor[] => {
            const { output, counted, last } = inputs();
            const dy = normal([batch, 3 * features], seed, 'dy');
            const pool = (x: tf.Tensor) => concatPooling(x as tf.Tensor3D, counted, last);
            return [pool(output), tf.grad((x: tf.Tensor) => tf.mul(pool(x), dy))(output)];
          };
          expectClose(nativeAndComposed(pooled));
          sameForAnyThreads(pooled);
        }),
        { numRuns: 25, seed: 32 },
      );
    });

    it('adds up the gradients of an embedding, those of padding left out', () => {
      fc.assert(
        fc.property(
          shapes,
          fc.option(fc.nat(5), { nil: undefined }),
          ({ time, batch, features, seed }, pad) => {
            const gradient = (): tf.Tensor[] => {
              const table = normal([6, features], seed, 'table') as tf.Tensor2D;
              const ids = tf.tensor2d(
                Array.from({ length: batch * time }, (_, i) => (seed + i * i) % 6),
                [batch, time],
                'int32',
              );
              const dy = normal([batch, time, features], seed, 'dy');
              return [
                tf.grad((t: tf.Tensor) => tf.mul(embeddingLookup(t as tf.Tensor2D, ids, pad), dy))(table),
              ];
            };
            expectClose(nativeAndComposed(gradient));
            sameForAnyThreads(gradient);
          },
        ),
        { numRuns: 25, seed: 33 },
      );
    });
  });

  it('multiplies, either factor transposed, in either precision', () => {
    const size = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        size,
        size,
        size,
        fc.boolean(),
        fc.boolean(),
        seeds,
        (m, k, n, transposeA, transposeB, seed) => {
          const multiply = (): tf.Tensor[] => {
            const a = normal(transposeA ? [k, m] : [m, k], seed, 'a') as tf.Tensor2D;
            const b = normal(transposeB ? [n, k] : [k, n], seed, 'b') as tf.Tensor2D;
            const bias = normal([n], seed, 'bias') as tf.Tensor1D;
            return [
              product(a, b, { transposeA, transposeB }),
              product(a, b, { transposeA, transposeB, bias }),
            ];
          };
          setPrecision('float32');
          expectClose(nativeAndComposed(multiply));
          if (nativeModule()?.hasBfloat16 !== true) return;
          setPrecision('bfloat16');
          expectClose(nativeAndComposed(multiply), { relative: 0.02, absolute: 0.02, scaled: true });
        },
      ),
      { numRuns: 40, seed: 15 },
    );
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
