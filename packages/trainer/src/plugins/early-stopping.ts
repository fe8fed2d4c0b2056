import { requireInteger, requireNotNegative } from '@ulmfit/errors';
import type { TrainingPlugin } from '../plugin/plugin.js';
import { requireState } from '../state/require-state.js';
import type { StateDict } from '../state/stateful.js';
import { figureOf, isBetterFigure, watchSettings, type WatchOptions } from '../plugin/watched-figure.js';

export interface EarlyStoppingOptions extends WatchOptions {
  /** Validations without a better figure after which the fit ends; from 1. */
  readonly patience: number;
  /** By how much it has to be better. Default 0. */
  readonly minDelta?: number;
  /**
   * The best that a figure has to beat: that of the fit (default), or of all `fits` so far. Each fit begins, and waits from
   * there on, whether the one before was ended or not.
   */
  readonly bestOf?: 'fit' | 'fits';
}

/**
 * Ends the fit when a metric hasn't improved by more than `minDelta` (default 0) for `patience` validations. To use it only
 * in the last of several fits, pass it to that one.
 * @throws UlmfitError `BAD_OPTION`; in the fit `NO_SUCH_FIGURE`
 * @example
 * const plugins = [earlyStopping({ watch: 'loss', patience: 2 })];
 * await trainer.fit({ stage: 'all', train, validate, epochs: 10, lr: 1e-2, plugins });
 */
export function earlyStopping(options: EarlyStoppingOptions): TrainingPlugin {
  requireInteger('earlyStopping: patience', options.patience);
  requireNotNegative('earlyStopping: minDelta', options.minDelta ?? 0);
  let state: { best: number | null; waited: number } = { best: null, waited: 0 };
  return {
    name: 'earlyStopping',
    settings: {
      patience: options.patience,
      minDelta: options.minDelta ?? 0,
      bestOf: options.bestOf ?? 'fit',
      ...watchSettings(options),
    },
    beforeFit: () => {
      state = { best: options.bestOf === 'fits' ? state.best : null, waited: 0 };
    },
    afterValidate: (ctx) => {
      const value = figureOf(ctx, 'earlyStopping', options);
      if (isBetterFigure(value, state.best, options, options.minDelta)) state = { best: value, waited: 0 };
      else state.waited++;
      if (state.waited >= options.patience) {
        ctx.stop('fit', `${options.watch ?? 'loss'} has not got better for ${state.waited} validations`);
      }
    },
    afterEpoch: (ctx) => {
      // Without validation it would wait for ever.
      if (!ctx.validation && !ctx.rehearsal) figureOf(ctx, 'earlyStopping', options);
    },
    stateDict: () => ({ json: { ...state }, tensors: {} }),
    loadStateDict(saved: StateDict<typeof state>) {
      requireState('earlyStopping', saved, ['best', 'waited']);
      state = { ...saved.json };
    },
  };
}
