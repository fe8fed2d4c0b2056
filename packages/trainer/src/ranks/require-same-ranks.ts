import type { Tensor } from '@tensorflow/tfjs-core';
import { showName, UlmfitError } from '@ulmfit/errors';
import { gatherJson, type Collective } from './collective.js';

/**
 * Refuses to train if ranks differ in what they must share: their sums would mix different things.
 * @param what each thing with a word, such as a hash, that tells it from another
 * @throws UlmfitError `RANKS_DIFFER`, on each rank
 */
export async function requireSameRanks(
  collective: Collective,
  what: Readonly<Record<string, string | number>>,
): Promise<void> {
  const all = await gatherJson(collective, what);
  for (const [rank, other] of all.entries()) {
    for (const name of new Set([...Object.keys(all[0] ?? {}), ...Object.keys(other)])) {
      const [first, here] = [all[0]?.[name], other[name]];
      if (first === here) continue;
      const values = `${String(here)}, not ${String(first)}`;
      throw new UlmfitError(
        'RANKS_DIFFER',
        `rank ${rank} has another ${showName(name)} than rank 0${values.length < 60 ? ` (${values})` : ''}; start all ranks with the same program, settings and data`,
      );
    }
  }
}

/** A word for the numbers of tensors: another one for any other bits, but for one case in 2^32. */
export function hashTensors(tensors: Iterable<{ readonly name: string; readonly variable: Tensor }>): string {
  let hash = 0x811c9dc5;
  const add = (word: number) => (hash = Math.imul(hash ^ word, 0x01000193));
  for (const { name, variable } of tensors) {
    for (const character of `${name} ${variable.shape.join()}`) add(character.codePointAt(0) ?? 0);
    const values = variable.dataSync();
    for (const word of new Uint32Array(values.buffer, values.byteOffset, values.length)) add(word);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
