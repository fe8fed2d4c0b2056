import { requirePositive, requireShare } from '@ulmfit/errors';
import type { Schedule, TrainingPlugin } from '@ulmfit/trainer';
import { cosine } from './annealing.js';
import { combine } from './combine.js';

export interface OneCycleOptions {
  /** The share of the fit in which the rate rises. Default .25. */
  readonly pctStart?: number;
  /** The first rate is the peak divided by this. Default 25. */
  readonly div?: number;
  /** The last rate is the peak divided by this. Default 100,000. */
  readonly divFinal?: number;
}

/** Momentum at the start, at the peak of the rate, and at the end. */
export type Momentums = readonly [start: number, middle: number, end: number];

const PCT_START = 0.25;
const DIV = 25;
const DIV_FINAL = 1e5;

/** fastai's momentum for text. */
const TEXT_MOMENTUMS: Momentums = [0.8, 0.7, 0.8];

/**
 * The one-cycle policy (Smith 2018) with cosines, as a factor of the peak (fastai `fit_one_cycle`).
 * @throws UlmfitError `BAD_SCHEDULE` when a setting is out of range
 * @example
 * const rate = learningRateSchedule(oneCycle({ pctStart: 0.3 }));
 * await trainer.fit({ stage: 'all', train, epochs: 2, lr: 1e-2, plugins: [rate] });
 */
export function oneCycle({
  pctStart = PCT_START,
  div = DIV,
  divFinal = DIV_FINAL,
}: OneCycleOptions = {}): Schedule {
  requirePositive('oneCycle: div', div, { code: 'BAD_SCHEDULE' });
  requirePositive('oneCycle: divFinal', divFinal, { code: 'BAD_SCHEDULE' });
  return riseAndFall(pctStart, [1 / div, 1, 1 / divFinal]);
}

/**
 * The momentum of the one-cycle policy: high while the rate is low, and the other way round. Absolute values.
 * @throws UlmfitError `BAD_SCHEDULE` when `pctStart` is out of range
 * @example
 * const plugins = [learningRateSchedule(oneCycle()), momentumSchedule(oneCycleMomentum([0.95, 0.85, 0.95]))];
 * await trainer.fit({ stage: 'all', train, epochs: 2, lr: 1e-2, plugins });
 */
export function oneCycleMomentum(
  momentums: Momentums = TEXT_MOMENTUMS,
  { pctStart = PCT_START }: Pick<OneCycleOptions, 'pctStart'> = {},
): Schedule {
  return riseAndFall(pctStart, momentums);
}

/**
 * The whole one-cycle policy as one plugin: a factor of the learning rate, and the momentum.
 * @throws UlmfitError `BAD_SCHEDULE` when a setting is out of range
 * @example
 * await trainer.fit({ stage: 'all', train, epochs: 2, lr: 1e-2, plugins: [oneCyclePolicy()] });
 */
export function oneCyclePolicy(
  options: OneCycleOptions & { readonly momentums?: Momentums } = {},
): TrainingPlugin {
  const { pctStart = PCT_START, div = DIV, divFinal = DIV_FINAL, momentums = TEXT_MOMENTUMS } = options;
  return {
    name: 'oneCycle',
    settings: { pctStart, div, divFinal, momentums: [...momentums] },
    rate: oneCycle(options),
    owns: ['momentum'],
    hyper: { momentum: oneCycleMomentum(momentums, options) },
  };
}

function riseAndFall(pctStart: number, [start, middle, end]: Momentums): Schedule {
  requireShare('oneCycle: pctStart', pctStart, { code: 'BAD_SCHEDULE' });
  return combine([
    { share: pctStart, schedule: cosine(start, middle) },
    { share: 1 - pctStart, schedule: cosine(middle, end) },
  ]);
}
