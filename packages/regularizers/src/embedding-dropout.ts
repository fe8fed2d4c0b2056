import { expandDims, gather, mul, ones } from '@tensorflow/tfjs-core';
import { requireBelowOne } from '@ulmfit/errors';
import { dropout } from '@ulmfit/kernels';
import type { TrainingPlugin } from '@ulmfit/trainer';
import type { EmbeddingTap } from './taps.js';

/**
 * Drops words: whole rows of the vocabulary, so that a word is there or gone at all its places in a pass, the others
 * scaled by `1 / (1 - rate)` (Gal and Ghahramani 2016; Merity et al. 2017, section 4.3). It acts on the look-up alone; a
 * tied decoder uses the raw matrix.
 * @throws UlmfitError `BAD_RATE`
 * @example
 * const trainer = createTrainer({ model, optimizer: adam(), plugins: [embeddingDropout(0.05)] });
 */
export function embeddingDropout(rate: number): TrainingPlugin<unknown, unknown, EmbeddingTap> {
  requireBelowOne('embeddingDropout', rate, { code: 'BAD_RATE' });
  return {
    name: 'embeddingDropout',
    settings: { rate },
    taps: ['embedding'],
    rewrite: {
      embedding: (x, pass, { ids, vocabulary }) => {
        if (rate === 0) return x;
        const rows = dropout(ones([vocabulary]), rate, pass.random('embeddingDropout'));
        return mul(x, expandDims(gather(rows, ids), -1));
      },
    },
  };
}
