import { requireThat, UlmfitError } from '@ulmfit/errors';
import type { Schedule, ScheduleAt } from '@ulmfit/trainer';

export interface SchedulePart {
  /** The share of the fit that the part lasts; all shares add up to 1. */
  readonly share: number;
  readonly schedule: Schedule;
}

interface Span extends SchedulePart {
  readonly from: number;
  /** `from` and the end, summed up in 32 bits. */
  readonly from32: number;
  readonly end32: number;
}

/** How far sums of shares may be off through rounding. */
const ROUNDING = 1e-9;
/** A step so little before a boundary stands on it. */
const NEAR = 1e-12;

const float32 = Math.fround;

/**
 * Schedules one after the other, each for its share of the fit (fastai `combine_scheds`). A part sees its own time:
 * `progress` from 0 to 1 within the part, and the steps that fall into it, counted from 0; epochs stay those of the fit.
 *
 * That progress is computed in 32 bits, as fastai does: in 64 the rates would differ from its own in the ninth digit.
 * @throws UlmfitError `BAD_SCHEDULE` when a share is negative or the shares do not add up to 1
 * @example
 * const schedule = combine([
 *   { share: 0.25, schedule: linear(0, 1) },
 *   { share: 0.75, schedule: cosine(1, 0) },
 * ]);
 * await trainer.fit({ stage: 'all', train, epochs: 2, lr: 1e-2, plugins: [learningRateSchedule(schedule)] });
 */
export function combine(parts: readonly SchedulePart[]): Schedule {
  let sum = 0;
  let sum32 = 0;
  const spans: Span[] = [];
  for (const { share, schedule } of parts) {
    requireThat('combine: a share', share, share >= 0, 'from 0 to 1', { code: 'BAD_SCHEDULE' });
    const end32 = float32(sum32 + float32(share));
    if (share > 0) spans.push({ from: sum, share, schedule, from32: sum32, end32 });
    sum += share;
    sum32 = end32;
  }
  if (!(Math.abs(sum - 1) <= ROUNDING)) {
    throw new UlmfitError('BAD_SCHEDULE', `combine: the shares add up to ${sum}; they must add up to 1`);
  }
  return (at) => {
    const span = spans.findLast(({ from }) => at.progress >= from - NEAR) ?? spans[0];
    return (span as Span).schedule(within(at, span as Span));
  };
}

/** The time as the part sees it. */
function within(
  { step, steps, progress, ...epochs }: ScheduleAt,
  { from, share, from32, end32 }: Span,
): ScheduleAt {
  const first = Math.ceil((from - NEAR) * steps);
  const end = Math.ceil((from + share - NEAR) * steps);
  const local = progress >= 1 ? 1 : float32(float32(float32(progress) - from32) / float32(end32 - from32));
  return { ...epochs, step: step - first, steps: end - first, progress: Math.min(1, Math.max(0, local)) };
}
