import { requirePositive } from '@ulmfit/errors';
import type { Schedule } from '@ulmfit/trainer';

/**
 * The same value throughout.
 * @example
 * simulate(constant(1), 3); // [1, 1, 1]
 */
export function constant(value: number): Schedule {
  return () => value;
}

/**
 * From `start` to `end` along a line (fastai `SchedLin`).
 * @example
 * simulate(linear(1, 0), 4); // [1, 0.75, 0.5, 0.25]
 */
export function linear(start: number, end: number): Schedule {
  return ({ progress }) => start + progress * (end - start);
}

/**
 * From `start` to `end` along half a cosine wave, flat at both ends (fastai `SchedCos`).
 * @example
 * simulate(cosine(1, 0), 4); // [1, 0.854, 0.5, 0.146]
 */
export function cosine(start: number, end: number): Schedule {
  return ({ progress }) => start + ((1 + Math.cos(Math.PI * (1 - progress))) * (end - start)) / 2;
}

/**
 * From `start` to `end` by equal factors (fastai `SchedExp`).
 * @throws UlmfitError `BAD_SCHEDULE` unless both are above 0
 * @example
 * simulate(exponential(1, 1e-4), 4); // [1, 0.1, 0.01, 0.001]
 */
export function exponential(start: number, end: number): Schedule {
  requirePositive('exponential: start', start, { code: 'BAD_SCHEDULE' });
  requirePositive('exponential: end', end, { code: 'BAD_SCHEDULE' });
  return ({ progress }) => start * (end / start) ** progress;
}

/**
 * From `start` to `end` as a power of the progress (fastai `SchedPoly`).
 * @throws UlmfitError `BAD_SCHEDULE` unless the power is above 0
 * @example
 * simulate(polynomial(1, 0, 2), 4); // [1, 0.9375, 0.75, 0.4375]
 */
export function polynomial(start: number, end: number, power: number): Schedule {
  requirePositive('polynomial: power', power, { code: 'BAD_SCHEDULE' });
  return ({ progress }) => start + (end - start) * progress ** power;
}
