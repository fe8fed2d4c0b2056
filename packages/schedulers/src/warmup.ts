import { requireShare, requireThat } from '@ulmfit/errors';
import type { Schedule } from '@ulmfit/trainer';

export type WarmupOptions = { readonly from?: number } & (
  { readonly steps: number; readonly share?: never } | { readonly share: number; readonly steps?: never }
);

/**
 * A linear rise to 1 over the first updates, then 1: a factor to set beside another schedule, as a plugin of its own.
 * The length is a number of updates or a share of the fit; it begins one notch above `from` (default 0), so that no
 * update is wasted at a rate of 0.
 * @throws UlmfitError `BAD_SCHEDULE` when a setting is out of range
 * @example
 * simulate(warmup({ steps: 4 }), 6); // [0.25, 0.5, 0.75, 1, 1, 1]
 */
export function warmup({ steps: length, share, from = 0 }: WarmupOptions): Schedule {
  if (share !== undefined) requireShare('warmup: share', share, { code: 'BAD_SCHEDULE' });
  else requireThat('warmup: steps', length, length >= 0, 'at least 0', { code: 'BAD_SCHEDULE' });
  return ({ step, steps }) => {
    const rise = share === undefined ? length : share * steps;
    return step + 1 >= rise ? 1 : from + ((1 - from) * (step + 1)) / rise;
  };
}
