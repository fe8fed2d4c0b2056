import { requireInteger, requirePositive } from '@ulmfit/errors';
import type { Schedule } from '@ulmfit/trainer';
import { cosine } from './annealing.js';
import { combine } from './combine.js';

export interface CosineWarmRestartsOptions {
  /** How many times the rate falls. */
  readonly cycles: number;
  /** How many times longer each cycle is than the one before. Default 2. */
  readonly lengthFactor?: number;
  /** The factor at the end of each cycle. Default 0. */
  readonly lowest?: number;
}

/**
 * Cosines from the peak down, restarting each time (SGDR, Loshchilov & Hutter 2017; fastai `fit_sgdr`), as a factor
 * of the peak. For cycles that end with an epoch, train `1 + f + f^2 + ...` times the first cycle's epochs.
 * @throws UlmfitError `BAD_SCHEDULE` when a setting is out of range
 * @example
 * simulate(cosineWarmRestarts({ cycles: 2, lengthFactor: 1 }), 4); // [1, 0.5, 1, 0.5]
 */
export function cosineWarmRestarts(options: CosineWarmRestartsOptions): Schedule {
  const { cycles, lengthFactor = 2, lowest = 0 } = options;
  requireInteger('cosineWarmRestarts: cycles', cycles, { code: 'BAD_SCHEDULE' });
  requirePositive('cosineWarmRestarts: lengthFactor', lengthFactor, { code: 'BAD_SCHEDULE' });
  const lengths = Array.from({ length: cycles }, (_, i) => lengthFactor ** i);
  const whole = lengths.reduce((a, b) => a + b);
  return combine(lengths.map((length) => ({ share: length / whole, schedule: cosine(1, lowest) })));
}
