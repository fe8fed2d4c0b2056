import * as tf from '@tensorflow/tfjs-core';
import { lstmLayer, onlyFastKernels } from '@ulmfit/kernels';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeMissing, withNativeReason } from '../native/kernels.test-helper.js';
import { nativeModule } from '../native/native-kernels.js';
import { setPrecision } from '../native/precision.js';
import { nativeTensorCount } from '../native-tensor-count.js';
import { useBackend } from '../use-backend.js';
import { expectSameBytes, normal, sameForAnyThreads } from './native.test-helper.js';

const needs = { input: false, weights: false };

function layer([time, batch, input, hidden]: readonly [number, number, number, number]) {
  const draw = <T extends tf.Tensor>(name: string, shape: number[], deviation: number): T =>
    normal(shape, hidden, name, deviation) as T;
  const x = draw<tf.Tensor3D>('x', [time, batch, input], 2);
  const state = {
    h: draw<tf.Tensor2D>('h', [batch, hidden], 0.2),
    c: draw<tf.Tensor2D>('c', [batch, hidden], 1),
  };
  const weights = {
    weightIh: draw<tf.Tensor2D>('ih', [4 * hidden, input], 1 / Math.sqrt(input)),
    weightHh: draw<tf.Tensor2D>('hh', [4 * hidden, hidden], 1 / Math.sqrt(hidden)),
    biasIh: draw<tf.Tensor1D>('bi', [4 * hidden], 0.5),
    biasHh: draw<tf.Tensor1D>('bh', [4 * hidden], 0.5),
  };
  return { x, state, weights };
}

/** Each row whole numbers by a scale. */
function int8(weight: tf.Tensor2D): tf.Tensor2D {
  const scale = tf.div(tf.max(tf.abs(weight), 1, true), 127);
  return tf.mul(tf.round(tf.div(weight, scale)), scale);
}

// That it gives what composed operations do is among the cases of conformance.
describe.skipIf(nativeMissing !== undefined)(withNativeReason('an LSTM layer of an int8 model'), () => {
  beforeAll(async () => {
    await useBackend({ backend: 'tensorflow', threads: 2, precision: 'float32' });
    setPrecision('float32');
  });
  afterAll(() => setPrecision('float32'));

  const run = ({ x, state, weights }: ReturnType<typeof layer>): tf.Tensor[] => {
    const { output, state: last } = lstmLayer(x, state, weights, needs);
    return [output, last.h, last.c];
  };
  const bytes = (given: ReturnType<typeof layer>) => tf.tidy(() => run(given).map((t) => t.dataSync()));

  it('gives the same bytes for any threads, batch and cut of the time', () => {
    tf.tidy(() => {
      const { x, state, weights: given } = layer([40, 17, 30, 200]);
      const weights = { ...given, weightIh: int8(given.weightIh), weightHh: int8(given.weightHh) };
      const [output, h, c] = sameForAnyThreads(() => run({ x, state, weights }));
      for (const row of [0, 9, 16]) {
        const of = (t: tf.Tensor2D) => tf.slice(t, [row, 0], [1, -1]);
        const alone = { x: tf.slice(x, [0, row, 0], [-1, 1, -1]), state: { h: of(state.h), c: of(state.c) } };
        const whole = tf.tensor3d(output as Float32Array, [40, 17, 200]);
        expectSameBytes(bytes({ ...alone, weights }).slice(0, 1), [
          tf.slice(whole, [0, row, 0], [-1, 1, -1]).dataSync(),
        ]);
      }
      const first = lstmLayer(tf.slice(x, [0, 0, 0], [11, -1, -1]), state, weights, needs);
      const rest = bytes({ x: tf.slice(x, [11, 0, 0], [-1, -1, -1]), state: first.state, weights });
      expectSameBytes(
        rest.slice(1),
        [h, c].flatMap((each) => each ?? []),
      );
    });
  });

  it('lays the weights out once, and takes no others for an int8 model’s', (context) => {
    context.skip(nativeModule()?.multipliesInt8 !== true, 'this processor has no AVX2 or NEON');
    tf.tidy(() => {
      const { x, state, weights } = layer([5, 2, 70, 77]);
      const [weightIh, weightHh] = [int8(weights.weightIh), int8(weights.weightHh)];
      const float = (given: ReturnType<typeof layer>) =>
        onlyFastKernels(['UlmfitLstmInference', 'UlmfitProduct'], () => bytes(given));
      // Tensors become native where they are first read.
      bytes({ x, state, weights });
      for (const [made, plain] of [
        [0, weights],
        [0, { ...weights, weightHh }],
        [2, { ...weights, weightIh, weightHh }],
        [0, { ...weights, weightIh, weightHh }],
      ] as const) {
        const before = nativeTensorCount() ?? NaN;
        const given = bytes({ x, state, weights: plain });
        expect((nativeTensorCount() ?? NaN) - before).toBe(made);
        const isInt8 = plain.weightIh === weightIh;
        if (isInt8) expect(given).not.toEqual(float({ x, state, weights: plain }));
        else expectSameBytes(given, float({ x, state, weights: plain }));
      }
    });
  });

  it('does not overflow where inputs, states and weights are as large as they can be', () => {
    tf.tidy(() => {
      // Wider than 16 bits by 8 can be summed in 32 without a smaller range.
      const [units, batch] = [700, 1];
      const gates = [3, 4, 5, 6].flatMap((bias) => new Array<number>(units).fill(bias));
      const weights = {
        weightIh: tf.ones<tf.Rank.R2>([4 * units, 600]),
        weightHh: tf.fill<tf.Rank.R2>([4 * units, units], -1 / 127),
        biasIh: tf.tensor1d(gates),
        biasHh: tf.zeros<tf.Rank.R1>([4 * units]),
      };
      const x = tf.fill<tf.Rank.R3>([2, batch, 600], 1 / 600);
      const state = { h: tf.ones<tf.Rank.R2>([batch, units]), c: tf.ones<tf.Rank.R2>([batch, units]) };
      const given = bytes({ x, state, weights });
      const composed = onlyFastKernels([], () => bytes({ x, state, weights }));
      given.forEach((values, i) =>
        values.forEach((value, k) => expect(Math.abs(value - (composed[i]?.[k] ?? NaN))).toBeLessThan(1e-3)),
      );
    });
  });
});
