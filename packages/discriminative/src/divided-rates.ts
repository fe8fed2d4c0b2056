import { UlmfitError } from '@ulmfit/errors';

/** @throws UlmfitError `BAD_RATES` unless the value is finite and above 0. */
function checkPositive(what: string, name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new UlmfitError('BAD_RATES', `${what}: ${name} is ${value}; it must be a finite number above 0`);
  }
}

/**
 * A rate for each of `count` groups from bottom to top: `lr` for the top one, `divisor` times less for each below
 * (ULMFiT, section 3.2: `lr[l - 1] = lr[l] / 2.6`).
 * @throws UlmfitError `BAD_RATES` when a value is not above 0
 */
export function dividedRates(count: number, lr: number, divisor = 2.6): number[] {
  checkPositive('dividedRates', 'lr', lr);
  checkPositive('dividedRates', 'divisor', divisor);
  return Array.from({ length: count }, (_, i) => lr / divisor ** (count - 1 - i));
}

/**
 * A rate for each of `count` groups from bottom to top, as fastai's `slice(low, high)`: from `low` to `high` by equal
 * factors. One value, as in `slice(high)`, is for the top group, and a tenth of it for all others.
 * @throws UlmfitError `BAD_RATES` when a value is not above 0
 */
export function slicedRates(count: number, ...slice: RateRange): number[] {
  for (const rate of slice) checkPositive('slicedRates', 'a rate', rate);
  const [low, high] = slice.length === 2 ? slice : [undefined, slice[0]];
  return Array.from({ length: count }, (_, i) => {
    if (i === count - 1) return high;
    return low === undefined ? high / 10 : low * (high / low) ** (i / (count - 1));
  });
}

/** The rates of the lowest and of the top group, or the top group's alone. */
export type RateRange = readonly [low: number, high: number] | readonly [high: number];
