import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { TrainingContext } from '@ulmfit/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { tokenCutoff } from './token-cutoff.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const place = { seed: 1, stage: 's', step: 3, batch: 4 };

/** The ids that a batch of 20 to 819 becomes. */
function cut(rate: number, at: Partial<typeof place> = {}, replacement?: number) {
  const plugin = tokenCutoff(rate, replacement === undefined ? {} : { replacement });
  return tf.tidy(() => {
    const ids = tf.tensor2d(
      Array.from({ length: 800 }, (_, i) => 20 + i),
      [8, 100],
      'int32',
    );
    const batch = plugin.batch?.({ ids, lengths: [100] }, { ...place, ...at } as TrainingContext);
    expect(batch?.lengths).toEqual([100]);
    expect(batch?.ids.dtype).toBe('int32');
    return [...(batch?.ids.dataSync() ?? [])];
  });
}

describe('tokenCutoff', () => {
  it('puts xxunk at its share of the places, and leaves the others alone', () => {
    const ids = cut(0.3);
    const gone = ids.filter((id) => id === 0).length;
    expect(Math.abs(gone / 800 - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 800));
    ids.forEach((id, i) => expect([0, 20 + i]).toContain(id));
    expect(cut(0.3, {}, 9).filter((id) => id === 9)).toHaveLength(gone);
  });

  it('draws by seed, stage, step and batch alone', () => {
    expect(cut(0.3)).toEqual(cut(0.3));
    for (const other of [{ seed: 2 }, { stage: 't' }, { step: 4 }, { batch: 5 }])
      expect(cut(0.3, other)).not.toEqual(cut(0.3));
  });

  it('does nothing at a rate of 0, and refuses one of 1', () => {
    expect(cut(0)).not.toContain(0);
    expect(() => tokenCutoff(1)).toThrow(/^tokenCutoff is 1; it must be/);
  });
});
