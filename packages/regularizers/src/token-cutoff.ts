import { fill, greater, ones, where, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { requireBelowOne, requireInteger } from '@ulmfit/errors';
import { dropout, randomKey } from '@ulmfit/kernels';
import type { TrainingPlugin } from '@ulmfit/trainer';

export interface TokenCutoffOptions {
  /** The id that stands for a token that is cut. Default 0, `xxunk`. */
  readonly replacement?: number;
}

/** A batch of ids, int32 `[batch, time]`, such as a language model's or a classifier's. */
export interface IdsBatch {
  readonly ids: Tensor2D;
}

/**
 * Trains on texts with some tokens cut out (token cutoff, Shen et al. 2020, section 3.2): each one independently becomes
 * `xxunk` with this probability. A language model still has to predict the original tokens.
 * Unlike {@link embeddingDropout} it leaves no trace in the scale of the others, and an unknown word is no surprise later.
 * @throws UlmfitError `BAD_RATE`, `BAD_OPTION`
 * @example
 * await trainer.fit({ stage: 'all', train, epochs: 10, lr: 1e-2, plugins: [tokenCutoff(0.1)] });
 */
export function tokenCutoff(
  rate: number,
  { replacement = 0 }: TokenCutoffOptions = {},
): TrainingPlugin<IdsBatch> {
  requireBelowOne('tokenCutoff', rate, { code: 'BAD_RATE' });
  requireInteger('tokenCutoff: replacement', replacement, { from: 0 });
  return {
    name: 'tokenCutoff',
    settings: { rate, replacement },
    batch: (batch, { seed, stage, step, batch: microBatch }) => {
      if (rate === 0) return batch;
      const { ids } = batch;
      const key = randomKey({ seed, stage, stream: 'tokenCutoff', step, microBatch });
      const kept = greater(dropout(ones(ids.shape) as Tensor, rate, key), 0);
      return { ...batch, ids: where(kept, ids, fill(ids.shape, replacement, 'int32')) as Tensor2D };
    },
  };
}
