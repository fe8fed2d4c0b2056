import { add, matMul, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import type { FastKernelInputs } from './kernel-names.js';
import { runFast } from './run-fast.js';

export interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** `[n]`, added to each row. */
  readonly bias?: Tensor1D;
}

/**
 * A matrix product `[m, k] x [k, n] -> [m, n]`, outside any tape: whole-layer gradients call it themselves. Fast kernel:
 * `UlmfitProduct`, which may multiply in a lower precision and sums in float32.
 * @example
 * product(tensor2d([[1, 2]]), tensor2d([[3], [4]])).arraySync(); // [[11]]
 */
export function product(
  a: Tensor2D,
  b: Tensor2D,
  { transposeA = false, transposeB = false, bias }: ProductOptions = {},
): Tensor2D {
  const run = (inputs: FastKernelInputs<'UlmfitProduct'>, biased: boolean) =>
    runFast('UlmfitProduct', inputs, { transposeA, transposeB, biased })?.[0];
  const whole = bias && run({ a, b, bias }, true);
  if (whole) return whole;
  const plain = run({ a, b }, false) ?? matMul(a, b, transposeA, transposeB);
  return bias ? add(plain, bias) : plain;
}
