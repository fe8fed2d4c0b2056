import { requireNotNegative } from '@ulmfit/errors';
import type { Schedule, TrainingContext } from '@ulmfit/trainer';

/** How much a term counts beside the task's loss: a number, or a function of where the fit stands. */
export type Weight = number | Schedule;

/** @throws UlmfitError `BAD_OPTION` for a number below 0 */
export function requireWeight(name: string, weight: Weight): void {
  if (typeof weight !== 'function') requireNotNegative(name, weight);
}

/** The weight at this step. @throws UlmfitError `BAD_OPTION` for one below 0 */
export function weightAt(
  name: string,
  weight: Weight,
  { step, steps, epoch, epochs }: TrainingContext,
): number {
  const now =
    typeof weight === 'function' ? weight({ step, steps, progress: step / steps, epoch, epochs }) : weight;
  requireNotNegative(name, now);
  return now;
}

/**
 * A weight that rises from nearly nothing to 1 over a share of the fit, `exp(-5 (1 - t)^2)` (Laine and Aila 2017, section 2).
 * @example
 * simulate(rampUp(0.5), 4); // [0.00674, 0.287, 1, 1]
 */
export const rampUp =
  (share = 0.5): Schedule =>
  ({ progress }) =>
    Math.exp(-5 * (1 - Math.min(1, progress / share)) ** 2);
