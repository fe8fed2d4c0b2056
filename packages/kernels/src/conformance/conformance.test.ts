import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FastKernelName } from '../kernel-names.js';
import { registerFastKernel, runFast } from '../run-fast.js';
import { differenceOf } from './difference.js';
import { kernelConformance } from './index.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** All of them, by the compiler. */
const names = Object.keys({
  UlmfitAdamStep: true,
  UlmfitConcatPooling: true,
  UlmfitConcatPoolingGrad: true,
  UlmfitDropout: true,
  UlmfitEmbeddingGrad: true,
  UlmfitGlobalNorm: true,
  UlmfitLstmInference: true,
  UlmfitLstmLayer: true,
  UlmfitLstmLayerGrad: true,
  UlmfitLstmRecurrence: true,
  UlmfitLstmRecurrenceGrad: true,
  UlmfitProduct: true,
  UlmfitSoftmaxCrossEntropy: true,
  UlmfitSquareSum: true,
  UlmfitSquareSumGrad: true,
  UlmfitTiedSoftmaxCrossEntropy: true,
} satisfies Record<FastKernelName, true>) as FastKernelName[];

const backwards = {
  UlmfitLstmLayerGrad: 'UlmfitLstmLayer',
  UlmfitLstmRecurrenceGrad: 'UlmfitLstmRecurrence',
};
const registered = new Set<FastKernelName>();
const register: typeof registerFastKernel = (backend, name, run) => {
  registered.add(name);
  registerFastKernel(backend, name, run);
};
afterEach(() => {
  for (const name of registered) tf.unregisterKernel(name, 'cpu');
  registered.clear();
});

const casesOf = (name: FastKernelName) =>
  kernelConformance({ draws: 1 }).filter(({ kernels }) => kernels.includes(name));

describe('the conformance suite', () => {
  it('holds on a backend without a fast kernel', async () => {
    const cases = kernelConformance({ draws: 2 });
    for (const { run } of cases) await run();
    expect(new Set(cases.map(({ name, kernels }) => `${kernels.join()}: ${name}`)).size).toBe(cases.length);
  });

  // A kernel that is never called could be wrong.
  it.each(names.filter((name) => !(name in backwards)))('calls %s', async (name) => {
    register('cpu', name, () => {
      throw new Error('called');
    });
    const results = await Promise.allSettled(casesOf(name).map(({ run }) => run()));
    expect(
      results.some((result) => result.status === 'rejected' && String(result.reason).includes('called')),
    ).toBe(true);
  });

  it('finds a kernel that is wrong, by value and gradient, and passes one that is right', async () => {
    const outcome = async (factor: number) => {
      register('cpu', 'UlmfitSquareSum', ({ x }, { changes }) =>
        changes ? [] : [tf.mul(tf.sum(tf.square(x as tf.Tensor)), factor)],
      );
      const [first] = casesOf('UlmfitSquareSum');
      return first?.run();
    };
    await outcome(1);
    await expect(outcome(1.001)).rejects.toMatchObject({
      code: 'KERNEL_DIFFERS',
      message: expect.stringMatching(
        /^UlmfitSquareSum, UlmfitSquareSumGrad: mean squares, of changes too: \[\d, \d, \d+\]: the mean square: [\d.]+ at 0, and [\d.]+ by composed operations: [\d.]+ times what it may be off$/,
      ) as string,
    });
    register('cpu', 'UlmfitSquareSum', () => []);
    register('cpu', 'UlmfitSquareSumGrad', ({ x }) => [tf.zerosLike(x as tf.Tensor)]);
    await expect(casesOf('UlmfitSquareSumGrad')[0]?.run()).rejects.toThrow('the gradient of both: 0 at');
  });

  it('finds a mask of other bytes, however near', async () => {
    register('cpu', 'UlmfitDropout', ({ x }, { kept }) => [tf.mul(x as tf.Tensor, kept)]);
    const results = await Promise.allSettled(casesOf('UlmfitDropout').map(({ run }) => run()));
    const [wrong] = results.filter((result) => result.status === 'rejected');
    expect(String(wrong?.reason)).toContain('every byte must be the same');
  });

  it('finds what a kernel leaves behind', async () => {
    const kept: tf.Tensor[] = [];
    register('cpu', 'UlmfitGlobalNorm', () => {
      kept.push(tf.keep(tf.scalar(1)));
      return [];
    });
    await expect(casesOf('UlmfitGlobalNorm')[0]?.run()).rejects.toThrow(/leaves 1 tensors behind/);
    tf.dispose(kept);
  });
});

describe('the difference of numbers', () => {
  const close = { relative: 1e-3, absolute: 0, exact: false, scaled: false };

  it('takes NaN for itself, and finds one that is there alone', () => {
    expect(differenceOf([NaN, Infinity, 1], [NaN, Infinity, 1.0005], close)).toBeUndefined();
    expect(differenceOf([NaN], [1], close)).toBe(
      'NaN at 0, and 1 by composed operations: Infinity times what it may be off',
    );
    expect(differenceOf([1], [NaN], close)).toContain('NaN by composed operations');
    expect(differenceOf([Infinity], [-Infinity], close)).toContain('Infinity at 0');
    expect(differenceOf([1, 2], [1], close)).toBe('there are 2 numbers, and 1 by composed operations');
  });

  it('names the number that is furthest off, by its own size or that of the largest', () => {
    expect(differenceOf([1.01, 1.1], [1, 1], close)).toContain('1.1 at 1');
    expect(differenceOf([100, 1.05], [100, 1], { ...close, scaled: true })).toBeUndefined();
    expect(differenceOf([100, 1.05], [100, 1], close)).toContain('1.05 at 1');
    expect(differenceOf([1.0000001], [1], { ...close, exact: true })).toContain('every byte');
  });
});

describe('types', () => {
  it('know each kernel’s inputs and attributes', () => {
    const x = tf.ones([2, 2]);
    expect(runFast('UlmfitSquareSum', { x }, { changes: false })).toBeUndefined();
    // @ts-expect-error an attribute is missing
    expect(runFast('UlmfitSquareSum', { x })).toBeUndefined();
    // @ts-expect-error it has another name
    expect(runFast('UlmfitSquareSum', { x }, { change: false })).toBeUndefined();
    // @ts-expect-error an input has another name
    expect(runFast('UlmfitSquareSum', { y: x }, { changes: false })).toBeUndefined();
    // @ts-expect-error there is no such kernel
    expect(runFast('UlmfitSquareSums', { x }, { changes: false })).toBeUndefined();
    // @ts-expect-error there is no such attribute
    register('cpu', 'UlmfitSquareSum', ({ x }, { change }) => (change ? [x] : []));
    x.dispose();
  });
});
