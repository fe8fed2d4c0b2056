import { requirePositive, requireShare } from '@ulmfit/errors';
import type { Schedule } from '@ulmfit/trainer';
import { constant, cosine } from './annealing.js';
import { combine } from './combine.js';

export interface FlatCosineOptions {
  /** The share of the fit at the peak. Default .75. */
  readonly flat?: number;
  /** The last rate is the peak divided by this. Default 100,000. */
  readonly divFinal?: number;
}

/**
 * The peak for a while, then a cosine down (fastai `fit_flat_cos`), as a factor of the peak.
 * @throws UlmfitError `BAD_SCHEDULE` when a setting is out of range
 * @example
 * simulate(flatCosine({ flat: 0.5 }), 4); // [1, 1, 1, 0.5]
 */
export function flatCosine({ flat = 0.75, divFinal = 1e5 }: FlatCosineOptions = {}): Schedule {
  requireShare('flatCosine: flat', flat, { code: 'BAD_SCHEDULE' });
  requirePositive('flatCosine: divFinal', divFinal, { code: 'BAD_SCHEDULE' });
  return combine([
    { share: flat, schedule: constant(1) },
    { share: 1 - flat, schedule: cosine(1, 1 / divFinal) },
  ]);
}
