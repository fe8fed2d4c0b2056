import { UlmfitError } from '@ulmfit/errors';
import type { TrainingPlugin } from '@ulmfit/trainer';
import type { RateRange } from './divided-rates.js';
import { discriminativeRates, rateSlice } from './discriminative-rates.js';
import { freezeTo, trainOnly } from './freezing.js';

/** One stage of fine-tuning, as data: it may stand in a configuration file. */
export type UnfreezingStage = {
  /** The stage of its fit: unique within a plan. */
  readonly name: string;
  readonly epochs: number;
} & (
  | { /** See `freezeTo`. */ readonly freezeTo: number; readonly only?: never }
  | { /** The groups to train alone. */ readonly only: readonly string[]; readonly freezeTo?: never }
) &
  (
    | {
        /** See `discriminativeRates`. */ readonly lr: number;
        readonly divisor?: number;
        readonly slice?: never;
      }
    | { /** See `rateSlice`. */ readonly slice: RateRange; readonly lr?: never; readonly divisor?: never }
  );

/** A stage's part of `trainer.fit`'s options. */
export interface StageFit {
  readonly stage: string;
  readonly epochs: number;
  readonly plugins: readonly TrainingPlugin[];
}

/**
 * Turns a plan into fits, one per stage, each with its freezing and its rates. A schedule added to a fit runs over
 * that stage only:
 *
 *     for (const { stage, epochs, plugins } of unfreezingPlan(plan))
 *       await trainer.fit({ stage, epochs, train, plugins: [...plugins, oneCyclePolicy()] });
 *
 * @throws UlmfitError `BAD_PLAN` when two stages share a name
 * @example
 * const groups = ['embedding', 'rnn1', 'rnn2', 'head'];
 * for (const { stage, epochs, plugins } of unfreezingPlan(gradualUnfreezing({ groups })))
 *   await trainer.fit({ stage, epochs, train, plugins: [...plugins, oneCyclePolicy()] });
 */
export function unfreezingPlan(stages: readonly UnfreezingStage[]): StageFit[] {
  const names = new Set<string>();
  return stages.map((stage) => {
    const { name, epochs } = stage;
    if (names.has(name)) {
      throw new UlmfitError('BAD_PLAN', `two stages of the plan are named ${name}; give one another name`);
    }
    names.add(name);
    return { stage: name, epochs, plugins: [freezingOf(stage), ratesOf(stage)] };
  });
}

function freezingOf(stage: UnfreezingStage): TrainingPlugin {
  return stage.only ? trainOnly(stage.only) : freezeTo(stage.freezeTo);
}

function ratesOf(stage: UnfreezingStage): TrainingPlugin {
  if (stage.slice) return rateSlice(...stage.slice);
  const { lr, divisor } = stage;
  return discriminativeRates({ lr, ...(divisor === undefined ? {} : { divisor }) });
}
