import { requireShare, requireThat } from '@ulmfit/errors';
import type { Schedule } from '@ulmfit/trainer';

export interface SlantedTriangularOptions {
  /** The share of the fit in which the rate rises. Default .1. */
  readonly cutFraction?: number;
  /** How many times less than the peak the lowest rate is. Default 32. */
  readonly ratio?: number;
}

/**
 * Slanted triangular learning rates (ULMFiT, equation 3), as a factor of the peak: a short rise from `1 / ratio` to 1,
 * then a long fall. `cut = floor(steps x cutFraction)` and the steps are those of all epochs of the fit.
 *
 * Two corners that the equation leaves open: with `cut = 0` (a fit of fewer than `1 / cutFraction` steps) the rate falls
 * from the peak over the whole fit; and where flooring the cut makes the fall end early, the rate stays at `1 / ratio`
 * instead of falling below it, and below zero.
 * @throws UlmfitError `BAD_SCHEDULE` when a setting is out of range
 * @example
 * const slanted = learningRateSchedule(slantedTriangular({ cutFraction: 0.1, ratio: 32 }));
 * await trainer.fit({ stage: 'all', train, epochs: 2, lr: 1e-2, plugins: [slanted] });
 */
export function slantedTriangular(options: SlantedTriangularOptions = {}): Schedule {
  const { cutFraction = 0.1, ratio = 32 } = options;
  requireShare('slantedTriangular: cutFraction', cutFraction, { code: 'BAD_SCHEDULE' });
  requireThat('slantedTriangular: ratio', ratio, ratio >= 1, 'at least 1', { code: 'BAD_SCHEDULE' });
  return ({ step, steps }) => {
    const cut = Math.floor(steps * cutFraction);
    const fall = cut === 0 ? steps : cut * (1 / cutFraction - 1);
    const p = step < cut ? step / cut : 1 - (step - cut) / fall;
    return (1 + Math.max(0, p) * (ratio - 1)) / ratio;
  };
}
