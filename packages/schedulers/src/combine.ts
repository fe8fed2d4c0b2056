import { UlmfitError } from '@ulmfit/kernels';
import type { Schedule, ScheduleAt } from '@ulmfit/trainer';
import { checkSetting } from './check-setting.js';

export interface SchedulePart {
  /** The share of the fit that the part lasts; all shares add up to 1. */
  readonly share: number;
  readonly schedule: Schedule;
}

interface Span extends SchedulePart {
  readonly from: number;
}

/** How far sums of shares may be off through rounding. */
const ROUNDING = 1e-9;
/** A step so little before a boundary stands on it. */
const NEAR = 1e-12;

/**
 * Schedules one after the other, each for its share of the fit (fastai `combine_scheds`). A part sees its own time:
 * `progress` from 0 to 1 within the part, and the steps that fall into it, counted from 0.
 * @throws UlmfitError `BAD_SCHEDULE` when a share is negative or the shares do not add up to 1
 */
export function combine(parts: readonly SchedulePart[]): Schedule {
  let sum = 0;
  const spans: Span[] = [];
  for (const { share, schedule } of parts) {
    checkSetting(share >= 0, 'combine', 'a share', share, 'from 0 to 1');
    if (share > 0) spans.push({ from: sum, share, schedule });
    sum += share;
  }
  if (!(Math.abs(sum - 1) <= ROUNDING)) {
    throw new UlmfitError('BAD_SCHEDULE', `combine: the shares add up to ${sum}; they must add up to 1`);
  }
  return (at) => {
    const { from, share, schedule } = (spans.findLast((span) => at.progress >= span.from - NEAR) ??
      spans[0]) as Span;
    return schedule(within(at, from, share));
  };
}

/** The time as the part from `from` to `from + share` sees it. */
function within({ step, steps, progress }: ScheduleAt, from: number, share: number): ScheduleAt {
  const first = Math.ceil((from - NEAR) * steps);
  const end = Math.ceil((from + share - NEAR) * steps);
  const local = (progress - from) / share;
  return { step: step - first, steps: end - first, progress: Math.min(1, Math.max(0, local)) };
}
