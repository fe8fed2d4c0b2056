import type { Tensor } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';

/**
 * Reads indices, which a loader has just made: on no backend does it wait for earlier operations. Without it a backend
 * would read beyond a table's end, or drop the example.
 * @throws UlmfitError `BAD_BATCH` for one that is not in `[0, count)`
 */
export function requireIndices(name: string, indices: Tensor, count: number, of: string): void {
  const values = indices.dataSync();
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!(value >= 0 && value < count)) {
      throw new UlmfitError('BAD_BATCH', `${name} has ${value} at ${i}; there are ${count} ${of}, from 0`);
    }
  }
}
