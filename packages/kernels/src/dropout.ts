import { mul, tensor, type Tensor } from '@tensorflow/tfjs-core';
import { customGradient } from './custom-gradient.js';
import { randomWords } from './philox.js';
import type { RandomKey } from './random-key.js';
import { runFast } from './run-fast.js';
import { requireBelowOne, UlmfitError } from '@ulmfit/errors';

/** The word below which an element is dropped: `round(rate * 2^32)`. */
export function dropThreshold(rate: number): number {
  requireBelowOne('dropout: rate', rate, { code: 'BAD_RATE' });
  return Math.round(rate * 0x100000000);
}

/**
 * An inverted dropout mask: 0 with probability `rate`, else `1 / (1 - rate)`. Element `i` (row-major) is dropped
 * when word `i` of the draw is below `round(rate * 2^32)`.
 * @throws UlmfitError `BAD_RATE`
 * @example
 * const mask = dropoutMask([2, 4], 0.4, randomKey({ seed: 1, stream: 'mask' })); // 0, or 1 / 0.6
 */
export function dropoutMask(shape: readonly number[], rate: number, key: RandomKey): Tensor {
  const threshold = dropThreshold(rate);
  const length = shape.reduce((a, b) => a * b, 1);
  const words = randomWords(length, key);
  const kept = Math.fround(1 / (1 - rate));
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = (words[i] as number) < threshold ? 0 : kept;
  return tensor(values, shape as number[], 'float32');
}

/**
 * Dropout of `x` by a mask of `maskShape` (default: the shape of `x`), which broadcasts over the axes where it has
 * length 1. Fast kernel: `UlmfitDropout`, which makes the mask again in the backward pass and keeps nothing.
 * @example
 * const key = randomKey({ seed: 1, stream: 'outputDropout', step: 7 });
 * const dropped = dropout(ones([5, 2, 4]), 0.4, key, [1, 2, 4]); // one mask for all 5 time steps
 */
export function dropout<T extends Tensor>(
  x: T,
  rate: number,
  key: RandomKey,
  maskShape: readonly number[] = x.shape,
): T {
  if (rate === 0) return x;
  const threshold = dropThreshold(rate);
  if (maskShape.length !== x.rank || maskShape.some((n, i) => n !== 1 && n !== x.shape[i])) {
    throw new UlmfitError(
      'BAD_SHAPE',
      `dropout: a mask of [${maskShape.join(', ')}] does not fit [${x.shape.join(', ')}]`,
    );
  }
  const attributes = { threshold, kept: Math.fround(1 / (1 - rate)), ...key, maskShape: [...maskShape] };
  return customGradient<T>([x], () => {
    const fast = runFast('UlmfitDropout', { x }, attributes);
    if (fast) {
      return {
        value: fast[0] as T,
        gradient: (dy) => runFast('UlmfitDropout', { x: dy }, attributes) as [Tensor],
      };
    }
    const mask = dropoutMask(maskShape, rate, key);
    return { value: mul(x, mask) as T, save: [mask], gradient: (dy, saved) => [mul(dy, saved[0] as Tensor)] };
  });
}
