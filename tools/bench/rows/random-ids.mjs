import { randomKey, uniformValues } from '@ulmfit/kernels';
import { specialTokens } from '@ulmfit/text';

/**
 * Ids of words drawn evenly, the same at each call.
 * @param {number} count
 * @param {number} vocabulary
 */
export function randomIds(count, vocabulary) {
  const key = randomKey({ seed: 1, stream: 'benchmark' });
  const values = uniformValues(count, specialTokens.length, vocabulary, key);
  return Int32Array.from(values, (value) => Math.min(vocabulary - 1, value));
}
