import { mul, pad, scalar, slice, square, sub, sum, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { customGradient } from './custom-gradient.js';
import { runFast } from './run-fast.js';

/**
 * `factor * mean(x^2)`, of a tensor of any shape. With a gradient of its own: tfjs would fill an array of ones of that size
 * in JavaScript.
 *
 * Fast kernels ({@link FastKernels}): `UlmfitSquareSum`, `UlmfitSquareSumGrad`.
 * @example
 * meanSquare(tensor1d([3, 4]), 2).arraySync(); // 25
 */
export function meanSquare(x: Tensor, factor = 1): Scalar {
  const share = factor / x.size;
  return customGradient<Scalar>([x], () => ({
    value: mul(fastSum(x, false) ?? sum(square(x)), share) as Scalar,
    save: [x],
    gradient: (dy, [x]) => [squareSumGradient(x as Tensor, mul(dy, share) as Scalar, false)],
  }));
}

/**
 * `factor * mean((x[t + 1] - x[t])^2)` over the first axis, 0 for a single step. The changes are made again for the gradient
 * rather than kept.
 *
 * Fast kernels: as of {@link meanSquare}.
 * @example
 * meanSquareOfChanges(tensor1d([1, 2, 5])).arraySync(); // 5
 */
export function meanSquareOfChanges(x: Tensor, factor = 1): Scalar {
  const [time = 0] = x.shape;
  if (time < 2) return scalar(0);
  const share = (factor * time) / (x.size * (time - 1));
  return customGradient<Scalar>([x], () => ({
    value: mul(fastSum(x, true) ?? sum(square(changes(x))), share) as Scalar,
    save: [x],
    gradient: (dy, [x]) => [squareSumGradient(x as Tensor, mul(dy, share) as Scalar, true)],
  }));
}

function fastSum(x: Tensor, changes: boolean): Scalar | undefined {
  return runFast('UlmfitSquareSum', { x }, { changes })?.[0];
}

/** The gradient of `factor` times the sum of squares, of x itself or of its changes. */
function squareSumGradient(x: Tensor, factor: Scalar, ofChanges: boolean): Tensor {
  const fast = runFast('UlmfitSquareSumGrad', { x, factor }, { changes: ofChanges })?.[0];
  if (fast) return fast;
  if (!ofChanges) return mul(x, mul(factor, 2));
  const d = mul(changes(x), mul(factor, 2));
  const rest = x.shape.slice(1).map((): [number, number] => [0, 0]);
  return sub(pad(d, [[1, 0], ...rest]), pad(d, [[0, 1], ...rest]));
}

/** `x[t + 1] - x[t]` */
function changes(x: Tensor): Tensor {
  const [time = 0, ...rest] = x.shape;
  const later = slice(x, [1, ...rest.map(() => 0)]);
  return sub(later, slice(x, 0, [time - 1, ...rest]));
}
