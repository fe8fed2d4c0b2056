import type { Schedule } from '@ulmfit/trainer';
import { checkSetting, checkShare } from './check-setting.js';

export type WarmupOptions = { readonly from?: number } & (
  { readonly steps: number; readonly share?: never } | { readonly share: number; readonly steps?: never }
);

/**
 * A linear rise to 1 over the first updates, then 1: a factor to set beside another schedule, as a plugin of its own.
 * The length is a number of updates or a share of the fit; it begins one notch above `from` (default 0), so that no
 * update is wasted at a rate of 0.
 * @throws UlmfitError `BAD_SCHEDULE` when a setting is out of range
 */
export function warmup({ steps: length, share, from = 0 }: WarmupOptions): Schedule {
  if (share !== undefined) checkShare('warmup', 'share', share);
  else checkSetting(length >= 0, 'warmup', 'steps', length, 'at least 0');
  return ({ step, steps }) => {
    const rise = share === undefined ? length : share * steps;
    return step + 1 >= rise ? 1 : from + ((1 - from) * (step + 1)) / rise;
  };
}
