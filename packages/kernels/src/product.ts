import { matMul, type Tensor2D } from '@tensorflow/tfjs-core';
import { runFast } from './run-fast.js';

export interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/**
 * A matrix product `[m, k] x [k, n] -> [m, n]`, outside any tape: whole-layer gradients call it themselves. Fast kernel:
 * `UlmfitProduct`, which may multiply in a lower precision and sums in float32.
 */
export function product(
  a: Tensor2D,
  b: Tensor2D,
  { transposeA = false, transposeB = false }: ProductOptions = {},
): Tensor2D {
  const fast = runFast('UlmfitProduct', { a, b }, { transposeA, transposeB });
  return fast ? (fast[0] as Tensor2D) : matMul(a, b, transposeA, transposeB);
}
