import { UlmfitError } from '@ulmfit/errors';
import type { PerGroup, TrainingPlugin } from '@ulmfit/trainer';

/**
 * Sets the optimizer's weight decay, for all groups or by group name, in place of the optimizer's default. Which
 * parameters decay, and whether by L2 or decoupled, is the optimizer's affair.
 * @throws UlmfitError `BAD_OPTION`
 */
export function weightDecay(value: PerGroup<number>): TrainingPlugin {
  for (const v of typeof value === 'number' ? [value] : Object.values(value)) {
    if (!(v >= 0 && v < Infinity)) {
      throw new UlmfitError('BAD_OPTION', `weightDecay: ${v} is not in [0, Infinity)`);
    }
  }
  return { name: 'weightDecay', owns: ['weightDecay'], hyper: { weightDecay: () => value } };
}
