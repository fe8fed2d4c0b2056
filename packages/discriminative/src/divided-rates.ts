import { requirePositive } from '@ulmfit/errors';

/**
 * A rate for each of `count` groups from bottom to top: `lr` for the top one, `divisor` times less for each below
 * (ULMFiT, section 3.2: `lr[l - 1] = lr[l] / 2.6`).
 * @throws UlmfitError `BAD_RATES` when a value is not above 0
 * @example
 * dividedRates(3, 0.01); // [0.00148, 0.00385, 0.01]
 */
export function dividedRates(count: number, lr: number, divisor = 2.6): number[] {
  requirePositive('dividedRates: lr', lr, { code: 'BAD_RATES' });
  requirePositive('dividedRates: divisor', divisor, { code: 'BAD_RATES' });
  return Array.from({ length: count }, (_, i) => lr / divisor ** (count - 1 - i));
}

/**
 * A rate for each of `count` groups from bottom to top, as fastai's `slice(low, high)`: from `low` to `high` by equal
 * factors. One value, as in `slice(high)`, is for the top group, and a tenth of it for all others.
 * @throws UlmfitError `BAD_RATES` when a value is not above 0
 * @example
 * slicedRates(3, 1e-4, 1e-2); // [0.0001, 0.001, 0.01]
 */
export function slicedRates(count: number, ...slice: RateRange): number[] {
  for (const rate of slice) requirePositive('slicedRates: a rate', rate, { code: 'BAD_RATES' });
  const [low, high] = slice.length === 2 ? slice : [undefined, slice[0]];
  return Array.from({ length: count }, (_, i) => {
    if (i === count - 1) return high;
    return low === undefined ? high / 10 : low * (high / low) ** (i / (count - 1));
  });
}

/** The rates of the lowest and of the top group, or the top group's alone. */
export type RateRange = readonly [low: number, high: number] | readonly [high: number];
