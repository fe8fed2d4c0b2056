import * as tf from '@tensorflow/tfjs-core';
import { lstmLayer, runFast, type LstmWeights } from '@ulmfit/kernels';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nativeMissing, withNativeReason } from '../native/kernels.test-helper.js';
import { setPrecision } from '../native/precision.js';
import { useBackend } from '../use-backend.js';
import {
  expectClose,
  nativeAndComposed,
  needsBfloat16,
  normal,
  sameForAnyThreads,
} from './native.test-helper.js';

interface Sizes {
  time: number;
  batch: number;
  input: number;
  hidden: number;
  seed: number;
}

/** Everything that a layer reads; `rows` takes the first rows of the batch alone. */
function layerInputs({ time, batch, input, hidden, seed }: Sizes, rows = batch) {
  const draw = <T extends tf.Tensor>(name: string, shape: number[], deviation = 0.5): T =>
    normal(shape, seed, name, deviation) as T;
  const weights: LstmWeights = {
    weightIh: draw('ih', [4 * hidden, input], 1 / Math.sqrt(input)),
    weightHh: draw('hh', [4 * hidden, hidden], 1 / Math.sqrt(hidden)),
    biasIh: draw('bi', [4 * hidden]),
    biasHh: draw('bh', [4 * hidden]),
  };
  const first = (name: string) => tf.slice(draw<tf.Tensor2D>(name, [batch, hidden]), [0, 0], [rows, hidden]);
  const x = tf.slice(draw<tf.Tensor3D>('x', [time, batch, input]), [0, 0, 0], [time, rows, input]);
  return { x, state: { h: first('h'), c: first('c') }, weights };
}

/** Output and state of a layer of which no gradient is asked. */
function inferred(sizes: Sizes, rows?: number): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const { x, state, weights } = layerInputs(sizes, rows);
  const { output, state: last } = lstmLayer(x, state, weights, { input: false, weights: false });
  return [output, last.h, last.c];
}

describe.skipIf(nativeMissing !== undefined)(withNativeReason('an LSTM layer without a gradient'), () => {
  beforeAll(async () => {
    const { fastKernels } = await useBackend({ backend: 'tensorflow', threads: 2, precision: 'float32' });
    expect(fastKernels).toContain('UlmfitLstmInference');
  });
  afterEach(() => setPrecision('float32'));

  const close = { relative: 1e-5, absolute: 1e-6, scaled: true };

  it('gives the composed values for any shape', () => {
    const anySizes = fc.record({
      time: fc.integer({ min: 1, max: 6 }),
      batch: fc.integer({ min: 1, max: 6 }),
      input: fc.integer({ min: 1, max: 20 }),
      hidden: fc.integer({ min: 1, max: 90 }),
      seed: fc.nat(0xffffffff),
    });
    fc.assert(
      fc.property(anySizes, (sizes) => {
        expectClose(
          nativeAndComposed(() => inferred(sizes)),
          close,
        );
      }),
      { numRuns: 40, seed: 21 },
    );
  });

  it.each([1, 2, 3, 4])('does so over many steps for %i rows', (batch) => {
    expectClose(
      nativeAndComposed(() => inferred({ time: 60, batch, input: 30, hidden: 200, seed: batch })),
      close,
    );
  });

  it.for(['float32', 'bfloat16'] as const)(
    'gives a row alone what it has among many, in %s',
    (precision, context) => {
      if (precision === 'bfloat16') needsBfloat16(context);
      setPrecision(precision);
      const sizes = { time: 20, batch: 9, input: 12, hidden: 77, seed: 5 };
      const firstRows = (rows: number) =>
        tf.tidy(() => {
          const [output, , c] = inferred(sizes, rows);
          const flat = [
            tf.reshape(tf.slice(output, [0, 0, 0], [20, 1, 77]), [-1]),
            tf.slice(c, [0, 0], [1, 77]),
          ];
          return flat.map((t) => t.dataSync());
        });
      const among = firstRows(9);
      // A sum in another order may round to the other side: one bfloat16 then differs in its last bit.
      const tolerance = precision === 'float32' ? close : { relative: 5e-3, absolute: 1e-3, scaled: true };
      for (const rows of [1, 2, 4, 5]) expectClose({ native: firstRows(rows), composed: among }, tolerance);
    },
  );

  it.for(['float32', 'bfloat16'] as const)(
    'gives the same bytes for any number of threads, in %s',
    (precision, context) => {
      if (precision === 'bfloat16') needsBfloat16(context);
      setPrecision(precision);
      sameForAnyThreads(() => inferred({ time: 7, batch: 2, input: 9, hidden: 100, seed: 3 }));
    },
  );

  it('comes close in bfloat16 where the processor has it', (context) => {
    needsBfloat16(context);
    setPrecision('bfloat16');
    for (const hidden of [1, 33, 200]) {
      const results = nativeAndComposed(() =>
        inferred({ time: 12, batch: 2, input: 20, hidden, seed: hidden }),
      );
      expectClose(results, { relative: 0.03, absolute: 0.01, scaled: true });
      expect(results.native).not.toEqual(results.composed);
    }
  });

  it('takes the weight as it is at the call', () => {
    tf.tidy(() => {
      const { x, state, weights } = layerInputs({ time: 3, batch: 1, input: 4, hidden: 6, seed: 1 });
      const weightHh = tf.variable(weights.weightHh) as unknown as tf.Variable<tf.Rank.R2>;
      const run = () =>
        lstmLayer(x, state, { ...weights, weightHh }, { input: false, weights: false }).output.dataSync();
      const before = run();
      weightHh.assign(tf.mul(weightHh, 2));
      const after = run();
      weightHh.assign(tf.div(weightHh, 2));
      expect(after).not.toEqual(before);
      expect(run()).toEqual(before);
      weightHh.dispose();
    });
  });

  it('has a gradient of zeros', () => {
    tf.tidy(() => {
      const { x, state, weights } = layerInputs({ time: 3, batch: 1, input: 4, hidden: 6, seed: 1 });
      const gradient = tf.grad((x: tf.Tensor) =>
        tf.sum(lstmLayer(x as tf.Tensor3D, state, weights, { input: false, weights: false }).output),
      );
      expect(Array.from(gradient(x).dataSync())).toEqual(new Array(12).fill(0));
    });
  });

  const inputs = (hidden: number, batch = 1) => ({
    z: tf.zeros<tf.Rank.R3>([2, batch, 4 * hidden]),
    biasIh: tf.zeros<tf.Rank.R1>([4 * hidden]),
    biasHh: tf.zeros<tf.Rank.R1>([4 * hidden]),
    weightHh: tf.ones<tf.Rank.R2>([4 * hidden, hidden]),
    h: tf.ones<tf.Rank.R2>([batch, hidden]),
    c: tf.ones<tf.Rank.R2>([batch, hidden]),
  });

  it('lets NaN and infinity through', () => {
    tf.tidy(() => {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const z = tf.buffer<tf.Rank.R3>([2, 1, 80]);
        z.set(bad, 0, 0, 3);
        const [output, cell] = runFast('UlmfitLstmInference', { ...inputs(20), z: z.toTensor() }) ?? [];
        const values = Array.from(output?.dataSync() ?? []);
        expect(values).toHaveLength(40);
        if (Number.isNaN(bad)) {
          expect(values.flatMap((x, i) => (Number.isNaN(x) ? [i] : []))).toEqual([
            3,
            ...Array.from({ length: 20 }, (_, i) => 20 + i),
          ]);
          expect(cell?.dataSync()[3]).toBeNaN();
        } else expect(values.every(Number.isFinite)).toBe(true);
      }
    });
  });

  it('refuses shapes that do not fit, and leaves many rows to the tiles', () => {
    tf.tidy(() => {
      for (const [name, wrong] of Object.entries({
        biasHh: tf.zeros<tf.Rank.R1>([79]),
        weightHh: tf.ones<tf.Rank.R2>([80, 21]),
        c: tf.ones<tf.Rank.R2>([2, 20]),
      })) {
        expect(() => runFast('UlmfitLstmInference', { ...inputs(20), [name]: wrong })).toThrow(/weight_hh/);
      }
      expect(runFast('UlmfitLstmInference', inputs(20, 64))).toBeUndefined();
    });
  });
});
