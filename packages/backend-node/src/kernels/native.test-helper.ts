import * as tf from '@tensorflow/tfjs-core';
import { normalValues, randomKey } from '@ulmfit/kernels';
import { expect, type TestContext } from 'vitest';
import { nativeModule } from '../native/native-kernels.js';
import { nativeTensorCount } from '../native-tensor-count.js';
import { registerNativeKernels, unregisterNativeKernels } from './register-fast-kernels.js';

/** Normal numbers that are a function of the seed and the name. */
export function normal(shape: number[], seed: number, stream: string, deviation = 1): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from(normalValues(size, randomKey({ seed, stream })), (x) => x * deviation);
  return tf.tensor(values, shape, 'float32');
}

/** Skips a test, with the reason, where the processor can't multiply bfloat16: the kernels are compiled without it. */
export function needsBfloat16(context: TestContext): void {
  context.skip(nativeModule()?.hasBfloat16 !== true, 'this processor has no bfloat16');
}

type Values = Float32Array | Int32Array | Uint8Array;

/** What `compute` gives by the native kernels and by composed operations; nothing may be left behind. */
export function nativeAndComposed(compute: () => tf.Tensor[]): { native: Values[]; composed: Values[] } {
  const read = (): Values[] => tf.tidy(() => compute().map((t) => t.dataSync()));
  const before = [tf.memory().numTensors, nativeTensorCount()];
  const native = read();
  expect([tf.memory().numTensors, nativeTensorCount()]).toEqual(before);
  unregisterNativeKernels();
  try {
    return { native, composed: read() };
  } finally {
    registerNativeKernels();
  }
}

/** What `compute` gives, whatever the number of threads: expects the same bytes of one, two and three. */
export function sameForAnyThreads(compute: () => tf.Tensor[]): Values[] {
  try {
    const [first = [], ...others] = [1, 2, 3].map((threads) => {
      nativeModule()?.setThreads(threads);
      return tf.tidy(() => compute().map((t) => t.dataSync()));
    });
    for (const other of others) expectSameBytes(other, first);
    return first;
  } finally {
    nativeModule()?.setThreads(2);
  }
}

/** The same by their bytes: NaN is itself, and zero is not its negative. */
export function expectSameBytes(actual: readonly Values[], expected: readonly Values[]): void {
  expect(actual.length).toBe(expected.length);
  const bytes = (values: Values | undefined) =>
    values && Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  actual.forEach((values, i) => {
    expect(bytes(values)?.equals(bytes(expected[i]) ?? Buffer.of()), `the bytes of output ${i}`).toBe(true);
  });
}

/**
 * Every number within `relative` of the composed one or of `absolute`; a sum of many terms is as exact as its largest
 * terms, so `scaled` tolerances take the tensor's largest number for the relative part.
 */
export function expectClose(
  { native, composed }: { native: readonly Values[]; composed: readonly Values[] },
  { relative = 1e-4, absolute = 1e-5, scaled = false } = {},
): void {
  expect(native.length).toBe(composed.length);
  composed.forEach((expected, o) => {
    const actual = native[o] ?? new Float32Array();
    expect(actual.length).toBe(expected.length);
    const largest = Float64Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    let worst = 0;
    expected.forEach((x: number, i: number) => {
      const allowed = absolute + relative * (scaled ? largest : Math.abs(x));
      const excess = Math.abs((actual[i] ?? Number.NaN) - x) / allowed;
      if (!(excess <= worst)) worst = excess;
    });
    expect(worst, `output ${o}: the largest error, in tolerances`).toBeLessThanOrEqual(1);
  });
}
