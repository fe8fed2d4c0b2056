import { UlmfitError } from '@ulmfit/errors';
import type { TrainingPlugin } from './plugin.js';
import type { StateDict } from './stateful.js';
import type { TrainingContext } from './training-context.js';

export interface WatchOptions {
  /** A validation figure, such as `loss` or a metric's name. Default `loss`. */
  readonly watch?: string;
  /** Whether less (default) or more is better. */
  readonly better?: 'less' | 'more';
}

/** Reads a watched validation figure. @throws UlmfitError `NO_SUCH_FIGURE` */
export function watched(ctx: TrainingContext, plugin: string, { watch = 'loss' }: WatchOptions): number {
  const value = ctx.validation?.[watch];
  if (value === undefined) {
    const there = ctx.validation
      ? `there are ${Object.keys(ctx.validation).join(', ')}`
      : 'the fit has no validation';
    throw new UlmfitError('NO_SUCH_FIGURE', `${plugin} watches ${watch}, but ${there}`);
  }
  return value;
}

/** Whether `value` is better than `best` by more than `by`. NaN, such as the mean of nothing, never is. */
export function isBetter(
  value: number,
  best: number | null,
  { better = 'less' }: WatchOptions,
  by = 0,
): boolean {
  if (Number.isNaN(value)) return false;
  if (best === null) return true;
  return better === 'less' ? value < best - by : value > best + by;
}

/**
 * Ends the fit when a figure has not got better, by more than `minDelta` (default 0), for `patience` validations.
 * @throws UlmfitError `BAD_OPTION`; in the fit `NO_SUCH_FIGURE`
 */
export function earlyStopping(
  options: WatchOptions & { patience: number; minDelta?: number },
): TrainingPlugin {
  if (!Number.isInteger(options.patience) || options.patience < 1) {
    throw new UlmfitError(
      'BAD_OPTION',
      `earlyStopping: patience is ${options.patience}; it must be an integer from 1`,
    );
  }
  if (!((options.minDelta ?? 0) >= 0)) {
    throw new UlmfitError(
      'BAD_OPTION',
      `earlyStopping: minDelta is ${options.minDelta}; it must be 0 or above`,
    );
  }
  let state: { best: number | null; waited: number } = { best: null, waited: 0 };
  return {
    name: 'earlyStopping',
    beforeFit: () => {
      state = { best: null, waited: 0 };
    },
    afterValidate: (ctx) => {
      const value = watched(ctx, 'earlyStopping', options);
      if (isBetter(value, state.best, options, options.minDelta)) state = { best: value, waited: 0 };
      else state.waited++;
      if (state.waited >= options.patience) {
        ctx.stop('fit', `${options.watch ?? 'loss'} has not got better for ${state.waited} validations`);
      }
    },
    afterEpoch: (ctx) => {
      // Without validation it would wait for ever.
      if (!ctx.validation && !ctx.rehearsal) watched(ctx, 'earlyStopping', options);
    },
    stateDict: () => ({ json: { ...state }, tensors: {} }),
    loadStateDict({ json }: StateDict<typeof state>) {
      state = { ...json };
    },
  };
}
