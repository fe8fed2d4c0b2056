import { concat, gather, tensor1d, zeros, type Tensor3D } from '@tensorflow/tfjs-core';
import { customGradient } from '@ulmfit/kernels';

/**
 * Puts the rows of a part of the batch back in their places: `[time, part, features]` to `[time, batch, features]`, with
 * zeros where the batch's row is not among `rows`. Its gradient is a plain gather.
 */
export function spreadRows(x: Tensor3D, rows: readonly number[], batch: number): Tensor3D {
  const [time, part, features] = x.shape;
  if (part === batch) return x;
  const place = new Int32Array(batch).fill(part);
  rows.forEach((row, i) => (place[row] = i));
  return customGradient<Tensor3D>([x], () => ({
    value: gather(concat([x, zeros([time, 1, features])], 1), tensor1d(place, 'int32'), 1),
    gradient: (dy) => [gather(dy, tensor1d([...rows], 'int32'), 1)],
  }));
}
