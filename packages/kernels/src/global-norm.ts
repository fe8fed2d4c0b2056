import { addN, sqrt, square, sum, tidy, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/** The Euclidean norm of all elements of all tensors, `sqrt(sum_i |t_i|^2)`. Nothing is read back. */
export function globalNorm(tensors: readonly Tensor[]): Scalar {
  return tidy(() => sqrt(addN(tensors.map((t) => sum(square(t))))) as Scalar);
}
