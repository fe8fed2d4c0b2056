import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adamStep, type AdamSettings, type AdamTensor } from './adam-step.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const settings: AdamSettings = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-5 };

/** The formula in doubles. */
function expected(
  p: number,
  g: number,
  m: number,
  v: number,
  step: number,
  wd: number,
  { learningRate: lr, beta1, beta2, epsilon }: AdamSettings,
) {
  const mean = beta1 * m + (1 - beta1) * g;
  const squares = beta2 * v + (1 - beta2) * g * g;
  const unbiased = [mean / (1 - beta1 ** step), squares / (1 - beta2 ** step)] as const;
  return [p * (1 - lr * wd) - (lr * unbiased[0]) / (Math.sqrt(unbiased[1]) + epsilon), mean, squares];
}

const tensors = (values: readonly (readonly number[])[], step: number, weightDecay: number): AdamTensor => {
  const column = (i: number) => tf.tensor1d(values.map((row) => row[i] as number));
  return {
    parameter: column(0),
    gradient: column(1),
    mean: column(2),
    squares: column(3),
    step,
    weightDecay,
  };
};

describe('adamStep', () => {
  it('is the formula, for every tensor with its own step and decay', () => {
    const value = fc.double({ min: -2, max: 2, noNaN: true });
    const square = fc.double({ min: 0.01, max: 4, noNaN: true });
    const rows = fc.array(fc.tuple(value, value, value, square), { minLength: 1, maxLength: 5 });
    const entry = fc.record({
      rows,
      step: fc.integer({ min: 1, max: 1000 }),
      wd: fc.constantFrom(0, 0.01, 1),
    });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 3 }), (entries) => {
        tf.tidy(() => {
          const results = adamStep(
            entries.map((e) => tensors(e.rows, e.step, e.wd)),
            settings,
          );
          entries.forEach((e, i) => {
            const { parameter, mean, squares } = results[i] as (typeof results)[number];
            const got = [parameter, mean, squares].map((t) => t.dataSync());
            e.rows.forEach(([p, g, m, v], row) => {
              expected(p, g, m, v, e.step, e.wd, settings).forEach((want, k) =>
                expect(Math.abs((got[k]?.[row] as number) - want)).toBeLessThan(2e-5),
              );
            });
          });
        });
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('makes three tensors for each tensor and no other', () => {
    const entry = tensors([[1, 0.5, 0, 0]], 1, 0.01);
    const before = tf.memory().numTensors;
    const results = adamStep([entry, entry], settings);
    expect(tf.memory().numTensors - before).toBe(6);
    for (const r of results) tf.dispose([r.parameter, r.mean, r.squares]);
    expect(adamStep([], settings)).toEqual([]);
  });

  describe('with a fast kernel', () => {
    afterEach(() => tf.unregisterKernel('UlmfitAdamStep', 'cpu'));

    it('hands the whole group over in one call', () => {
      const calls: { inputs: string[]; attributes: unknown }[] = [];
      tf.registerKernel({
        kernelName: 'UlmfitAdamStep',
        backendName: 'cpu',
        kernelFunc: ({ inputs, attrs }) => {
          calls.push({ inputs: Object.keys(inputs), attributes: attrs });
          const count = Object.keys(inputs).length / 4;
          return Array.from({ length: 3 * count }, (_, i) => tf.scalar(i));
        },
      });
      const results = adamStep([tensors([[1, 2, 3, 4]], 3, 0), tensors([[1, 2, 3, 4]], 7, 0.5)], settings);
      expect(calls).toEqual([
        {
          inputs: [0, 1].flatMap((i) => [`parameter${i}`, `gradient${i}`, `mean${i}`, `squares${i}`]),
          attributes: { ...settings, steps: [3, 7], weightDecays: [0, 0.5] },
        },
      ]);
      const numbers = results.map((r) => [r.parameter, r.mean, r.squares].map((t) => t.dataSync()[0]));
      expect(numbers).toEqual([
        [0, 1, 2],
        [3, 4, 5],
      ]);
    });
  });
});
