import type { Schedule } from '@ulmfit/trainer';

/**
 * A schedule that holds still within an epoch: in epoch `e` of `n` it has the value of a fit of `n` steps at step `e`, as
 * PyTorch's schedulers have that are stepped once an epoch.
 * @example
 * const rate = learningRateSchedule(byEpoch(cosine(1, 0))); // of 4 epochs: 1, 0.85, 0.5, 0.15
 */
export function byEpoch(schedule: Schedule): Schedule {
  return ({ epoch, epochs }) =>
    schedule({ step: epoch, steps: epochs, progress: epoch / epochs, epoch, epochs });
}
