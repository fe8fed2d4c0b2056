import { requireInteger, requireNotNegative, requireThat } from '@ulmfit/errors';
import {
  figureOf,
  isBetterFigure,
  watchSettings,
  requireState,
  type StateDict,
  type TrainingPlugin,
  type WatchOptions,
} from '@ulmfit/trainer';

export interface ReduceOnPlateauOptions extends WatchOptions {
  /** What the rate is multiplied by each time, above 0 and below 1. Default .1. */
  readonly factor?: number;
  /** Validations without a better figure that are borne; the next one reduces the rate. Default 1. */
  readonly patience?: number;
  /** By how much a figure has to be better. Default 0. */
  readonly minDelta?: number;
  /** The least that the product of all reductions comes to. Default 0. */
  readonly least?: number;
}

/**
 * Multiplies the learning rate by `factor` when a validation metric hasn't improved for more than `patience` validations,
 * as `torch.optim.lr_scheduler.ReduceLROnPlateau` does. Each fit begins at the full rate. Reductions are part of the
 * checkpoint.
 * @throws UlmfitError `BAD_OPTION`; in the fit `NO_SUCH_FIGURE`
 * @example
 * await trainer.fit({ stage: 's', train, validate, epochs: 20, lr: 1e-3, plugins: [reduceOnPlateau({ factor: 0.5 })] });
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions = {}): TrainingPlugin {
  const { factor = 0.1, patience = 1, minDelta = 0, least = 0 } = options;
  requireThat('reduceOnPlateau: factor', factor, factor > 0 && factor < 1, 'above 0 and below 1');
  requireInteger('reduceOnPlateau: patience', patience, { from: 0 });
  requireNotNegative('reduceOnPlateau: minDelta', minDelta);
  requireThat('reduceOnPlateau: least', least, least >= 0 && least < 1, 'from 0 and below 1');
  const start = { best: null as number | null, waited: 0, rate: 1 };
  let state = start;
  return {
    name: 'reduceOnPlateau',
    settings: { factor, patience, minDelta, least, ...watchSettings(options) },
    rate: () => state.rate,
    beforeFit: () => {
      state = start;
    },
    afterValidate: (ctx) => {
      const value = figureOf(ctx, 'reduceOnPlateau', options);
      const { best, waited, rate } = state;
      if (isBetterFigure(value, best, options, minDelta)) state = { best: value, waited: 0, rate };
      else if (waited < patience) state = { best, waited: waited + 1, rate };
      else state = { best, waited: 0, rate: Math.max(least, rate * factor) };
    },
    afterEpoch: (ctx) => {
      // Without validation it would wait for ever.
      if (!ctx.validation && !ctx.rehearsal) figureOf(ctx, 'reduceOnPlateau', options);
    },
    stateDict: () => ({ json: { ...state }, tensors: {} }),
    loadStateDict(saved: StateDict<typeof start>) {
      requireState('reduceOnPlateau', saved, ['best', 'waited', 'rate']);
      state = { ...saved.json };
    },
  };
}
