import { addN, sqrt, square, sum, tidy, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { runFast } from './run-fast.js';

/**
 * The Euclidean norm of all elements of all tensors, `sqrt(sum_i |t_i|^2)`. Nothing is read back, and it has no gradient
 * where it runs fast.
 *
 * Fast kernel ({@link FastKernels}): `UlmfitGlobalNorm`, one call for all tensors, all float32.
 * @example
 * globalNorm([tensor1d([3]), tensor1d([4])]).arraySync(); // 5
 */
export function globalNorm(tensors: readonly Tensor[]): Scalar {
  return fastNorm(tensors) ?? tidy(() => sqrt(addN(tensors.map((t) => sum(square(t))))) as Scalar);
}

function fastNorm(tensors: readonly Tensor[]): Scalar | undefined {
  if (tensors.length === 0 || tensors.some(({ dtype }) => dtype !== 'float32')) return undefined;
  const inputs = Object.fromEntries(tensors.map((t, i) => [`tensor${i}`, t]));
  return runFast('UlmfitGlobalNorm', inputs, { count: tensors.length })?.[0];
}
