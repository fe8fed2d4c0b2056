import { requireInteger } from '@ulmfit/errors';
import type { TrainingPlugin } from '@ulmfit/trainer';
import { FREEZING } from './freezing.js';

/**
 * What chain-thaw trains stage by stage (Felbo et al. 2017, "Using millions of emoji occurrences ...", section 3.3): the
 * new top group, then each other group alone from the bottom up, then all. Gradual unfreezing differs in that groups
 * once thawed stay so (ULMFiT, section 3.3).
 * @example
 * chainThawStages(['embedding', 'rnn1', 'head']); // [['head'], ['embedding'], ['rnn1'], ['embedding', 'rnn1', 'head']]
 */
export function chainThawStages(groups: readonly string[]): string[][] {
  const top = groups.slice(-1);
  const below = groups.slice(0, -1);
  return [top, ...below.map((name) => [name]), [...groups]];
}

/**
 * Chain-thaw within one fit: one stage after the other, `every` epochs each, and all groups from then on.
 * A model of n groups needs `(n + 1) x every` epochs to reach its end.
 * @throws UlmfitError `BAD_FREEZE` when `every` is not an integer from 1
 * @example
 * await trainer.fit({ stage: 'thaw', train, epochs: 5, lr: 1e-3, plugins: [chainThaw()] });
 */
export function chainThaw({ every = 1 }: { readonly every?: number } = {}): TrainingPlugin {
  requireInteger('chainThaw: every', every, { code: 'BAD_FREEZE' });
  return {
    name: FREEZING,
    beforeEpoch: ({ groups, epoch }) => {
      const stages = chainThawStages(groups.names);
      groups.trainOnly(stages[Math.floor(epoch / every)] ?? groups.names);
    },
  };
}
