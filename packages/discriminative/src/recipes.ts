import { chainThawStages } from './chain-thaw.js';
import type { UnfreezingStage } from './unfreezing-plan.js';

/** How many times less the lowest of five groups has than the top one, at 2.6 a group. */
const SPREAD = 2.6 ** 4;

/**
 * fastai's fine-tuning of the language model on IMDb: an epoch of the top group (embedding and decoder), then ten of
 * all, all groups at one rate, each stage under a one-cycle schedule.
 */
export const fastaiImdbLanguageModel: readonly UnfreezingStage[] = [
  { name: 'lm-head', freezeTo: -1, epochs: 1, lr: 2e-2, divisor: 1 },
  { name: 'lm-all', freezeTo: 0, epochs: 10, lr: 2e-3, divisor: 1 },
];

/**
 * fastai's classifier on IMDb: the head, with rnn3, with rnn2, then all; each stage under a one-cycle schedule, its
 * rates spread down to 1 / 2.6^4.
 */
export const fastaiImdbClassifier: readonly UnfreezingStage[] = [
  { name: 'head', freezeTo: -1, epochs: 1, slice: [2e-2 / SPREAD, 2e-2] },
  { name: 'rnn3', freezeTo: -2, epochs: 1, slice: [1e-2 / SPREAD, 1e-2] },
  { name: 'rnn2', freezeTo: -3, epochs: 1, slice: [5e-3 / SPREAD, 5e-3] },
  { name: 'all', freezeTo: 0, epochs: 2, slice: [1e-3 / SPREAD, 1e-3] },
];

export interface GradualUnfreezingOptions {
  /** The model's groups from bottom to top; each stage is named after the group that it thaws. */
  readonly groups: readonly string[];
  /** The top group's rate. Default .01, the paper's for classifiers. */
  readonly lr?: number;
  /** Default 2.6. */
  readonly divisor?: number;
  /** Epochs of each stage. Default 1. */
  readonly epochs?: number;
  /** Epochs of the last stage, in which all groups are trained. Default `epochs`. */
  readonly lastEpochs?: number;
}

/**
 * Gradual unfreezing (ULMFiT, section 3.3) as a plan: one more group from the top at each stage.
 * @example
 * const plan = gradualUnfreezing({ groups: ['embedding', 'rnn1', 'head'], lr: 0.01, lastEpochs: 2 });
 * plan.length; // 3
 */
export function gradualUnfreezing(options: GradualUnfreezingOptions): UnfreezingStage[] {
  const { groups, lr = 0.01, divisor = 2.6, epochs = 1, lastEpochs = epochs } = options;
  return groups
    .map((name, i) => ({
      name: `thaw-${name}`,
      freezeTo: i,
      epochs: i === 0 ? lastEpochs : epochs,
      lr,
      divisor,
    }))
    .reverse();
}

/**
 * Chain-thaw (Felbo et al. 2017) as a plan: the top group, each other one alone from the bottom up, then all.
 * @example
 * const stages = unfreezingPlan(chainThawPlan({ groups: ['embedding', 'rnn1', 'rnn2', 'head'], lr: 1e-3 }));
 * stages.map(({ stage }) => stage);
 */
export function chainThawPlan(options: GradualUnfreezingOptions): UnfreezingStage[] {
  const { groups, lr = 0.01, divisor = 2.6, epochs = 1, lastEpochs = epochs } = options;
  return chainThawStages(groups).map((only, i) => {
    const isLast = i === groups.length;
    const name = isLast ? 'thaw-all' : `thaw-${only.join()}`;
    return { name, only, epochs: isLast ? lastEpochs : epochs, lr, divisor };
  });
}

export interface FineTuningOptions {
  /** Epochs with everything trained. */
  readonly epochs: number;
  /** Epochs with the top group alone. Default 1. */
  readonly frozenEpochs?: number;
  /** The top group's rate while the others are frozen; half of it afterwards. Default 2e-3. */
  readonly lr?: number;
  /** How many times less the lowest group has afterwards. Default 100. */
  readonly spread?: number;
}

/**
 * fastai's `fine_tune` as a plan: the top group, then all at half the rate. fastai's schedules are one-cycles with
 * `pctStart` .99 for the first stage, and .3 with `div` 5 for the second.
 * @example
 * for (const { stage, epochs, plugins } of unfreezingPlan(fineTuning({ epochs: 2, lr: 2e-3 })))
 *   await trainer.fit({ stage, epochs, train, plugins });
 */
export function fineTuning(options: FineTuningOptions): UnfreezingStage[] {
  const { epochs, frozenEpochs = 1, lr = 2e-3, spread = 100 } = options;
  return [
    { name: 'frozen', freezeTo: -1, epochs: frozenEpochs, slice: [lr] },
    { name: 'unfrozen', freezeTo: 0, epochs, slice: [lr / 2 / spread, lr / 2] },
  ];
}
