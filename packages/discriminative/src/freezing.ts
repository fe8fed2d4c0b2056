import { requireInteger } from '@ulmfit/errors';
import type { TrainingPlugin } from '@ulmfit/trainer';

/** All plugins that freeze share one name: a fit takes one of them. */
export const FREEZING = 'freezing';

/**
 * Freezes every group below `n` throughout the fit: counted from the bottom, or from the top when negative (-1: only
 * the top group is trained), as fastai's `freeze_to`. `freezeTo(0)` trains everything. Unlike fastai's, it keeps the
 * optimizer's state: a group that is unfrozen resumes with its own.
 * @throws UlmfitError `BAD_FREEZE` when the fit begins with an `n` that the model's groups do not have
 * @example
 * await trainer.fit({ stage: 'head', train, epochs: 1, lr: 1e-2, plugins: [freezeTo(-1)] }); // the head alone
 * await trainer.fit({ stage: 'all', train, epochs: 1, lr: 1e-3 });
 */
export function freezeTo(n: number): TrainingPlugin {
  return { name: FREEZING, beforeFit: ({ groups }) => groups.freezeTo(n) };
}

/**
 * Trains only the named groups throughout the fit.
 * @throws UlmfitError `UNKNOWN_GROUP` when the fit begins
 * @example
 * await trainer.fit({ stage: 'head', train, epochs: 1, lr: 1e-2, plugins: [trainOnly(['head'])] });
 */
export function trainOnly(names: readonly string[]): TrainingPlugin {
  return { name: FREEZING, beforeFit: ({ groups }) => groups.trainOnly(names) };
}

export interface UnfreezeEachEpochOptions {
  /** How many groups, from the top, are trained at first. Default 1. */
  readonly first?: number;
  /** How many epochs pass before the next group thaws. Default 1. */
  readonly every?: number;
}

/**
 * Gradual unfreezing (ULMFiT, section 3.3) within one fit: the top group first, and one more from the top each epoch
 * until all are trained. A schedule runs over the whole fit; for one schedule per stage, see `unfreezingPlan`.
 * @throws UlmfitError `BAD_FREEZE` when a setting is not an integer from 1
 * @example
 * await trainer.fit({ stage: 'all', train, epochs: 4, lr: 1e-2, plugins: [unfreezeEachEpoch()] });
 */
export function unfreezeEachEpoch({ first = 1, every = 1 }: UnfreezeEachEpochOptions = {}): TrainingPlugin {
  requireInteger('unfreezeEachEpoch: first', first, { code: 'BAD_FREEZE' });
  requireInteger('unfreezeEachEpoch: every', every, { code: 'BAD_FREEZE' });
  return {
    name: FREEZING,
    beforeEpoch: ({ groups, epoch }) => {
      const trained = first + Math.floor(epoch / every);
      groups.freezeTo(Math.max(0, groups.length - trained));
    },
  };
}
