import { randomWords } from './philox.js';
import type { RandomKey } from './random-key.js';

/**
 * A shuffle of `0 .. n - 1` (Fisher-Yates from the end, one word a swap).
 * @example
 * const order = permutation(1000, randomKey({ seed: 1, stream: 'shuffle', step: 0 })); // step: the epoch
 */
export function permutation(n: number, key: RandomKey): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const words = randomWords(Math.max(0, n - 1), key);
  for (let i = n - 1, w = 0; i > 0; i--, w++) {
    const j = Math.floor(((words[w] as number) / 0x100000000) * (i + 1));
    const swapped = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swapped;
  }
  return order;
}
