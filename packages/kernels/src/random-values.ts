import { randomWords } from './philox.js';
import type { RandomKey } from './random-key.js';

/**
 * `length` float32 values uniform over `[low, high]`: `low + (high - low) * word / 2^32`, rounded.
 * @example
 * const values = uniformValues(400, -0.1, 0.1, randomKey({ seed: 1, stage: 'init', stream: 'embedding' }));
 */
export function uniformValues(length: number, low: number, high: number, key: RandomKey): Float32Array {
  const words = randomWords(length, key);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = low + (high - low) * ((words[i] as number) / 0x100000000);
  return values;
}

/**
 * `length` values of the standard normal distribution (Box-Muller, two words a pair).
 * @example
 * const values = normalValues(400, randomKey({ seed: 1, stage: 'init', stream: 'weight' }));
 */
export function normalValues(length: number, key: RandomKey): Float64Array {
  const words = randomWords(length + (length % 2), key);
  const values = new Float64Array(length);
  for (let i = 0; i < length; i += 2) {
    // A half is added so that the logarithm never meets zero.
    const radius = Math.sqrt(-2 * Math.log(((words[i] as number) + 0.5) / 0x100000000));
    const angle = (2 * Math.PI * (words[i + 1] as number)) / 0x100000000;
    values[i] = radius * Math.cos(angle);
    if (i + 1 < length) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}
