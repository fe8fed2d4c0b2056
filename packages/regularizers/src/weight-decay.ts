import { requireNotNegative } from '@ulmfit/errors';
import type { PerGroup, TrainingPlugin } from '@ulmfit/trainer';

/**
 * Sets the optimizer's weight decay, for all groups or by group name, instead of the optimizer's default. Which
 * parameters decay, and whether by L2 or decoupled, is up to the optimizer.
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * await trainer.fit({ stage: 'all', train, epochs: 1, lr: 1e-2, plugins: [weightDecay(0.01)] });
 */
export function weightDecay(value: PerGroup<number>): TrainingPlugin {
  for (const v of typeof value === 'number' ? [value] : Object.values(value)) {
    requireNotNegative('weightDecay', v);
  }
  return {
    name: 'weightDecay',
    settings: { value: typeof value === 'number' ? value : { ...value } },
    owns: ['weightDecay'],
    hyper: { weightDecay: () => value },
  };
}
