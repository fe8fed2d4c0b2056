import type { Tensor2D } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import { isSpecialToken } from '@ulmfit/text';

/** What ends a text, and what is never drawn. Marks of case and repetition are words like others. */
export function marksOf(itos: readonly string[]): {
  ends: ReadonlySet<number>;
  excluded: ReadonlySet<number>;
} {
  const ends = new Set<number>();
  const excluded = new Set<number>();
  itos.forEach((word, id) => {
    if (word === 'xxbos' || word === 'xxeos') ends.add(id);
    else if (isSpecialToken(word) && !['xxmaj', 'xxup', 'xxrep', 'xxwrep'].includes(word)) excluded.add(id);
  });
  return { ends, excluded };
}

/** Not read at once: a graphics card may only be read when it has done its work. */
export async function finiteLogits(tensor: Tensor2D): Promise<Float32Array> {
  const values = Float32Array.from(await tensor.data().finally(() => tensor.dispose()));
  if (values.every(Number.isFinite)) return values;
  throw new UlmfitError(
    'BAD_WEIGHTS',
    'generate: the model’s scores are not finite: its weights are unusable; copy or train the model again',
  );
}
