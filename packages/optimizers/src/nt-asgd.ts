import { requireInteger, requireNotNegative, UlmfitError } from '@ulmfit/errors';
import {
  requireState,
  type OptimizerFactory,
  type StateDict,
  type TrainingContext,
  type TrainingPlugin,
} from '@ulmfit/trainer';
import { Asgd } from './asgd.js';
import { everythingDecays, type Decays } from './decays.js';

export interface NtAsgdOptions {
  /** How many validations at the end of the history the best one is not looked for among (n). Default 5. */
  readonly patience?: number;
  /** Base learning rate where neither the fit nor a plugin sets one. AWD-LSTM has 30. */
  readonly lr?: number;
  /** Coefficient of the L2 penalty on the gradient. AWD-LSTM has 1.2e-6. Default 0. */
  readonly weightDecay?: number;
  /** Which parameters decay. Default: all. */
  readonly decays?: Decays;
}

/** An optimizer and the plugin that tells it when to start averaging; the trainer needs both. */
export interface NtAsgd {
  readonly optimizer: OptimizerFactory<Asgd>;
  readonly plugin: TrainingPlugin;
}

/**
 * Whether a loss is worse than the best of all but the last `patience` ones. One that is NaN is not the best.
 * @example
 * isNonMonotonic([5, 4, 4.5, 4.4, 4.3], 4.2, 3); // true
 */
export function isNonMonotonic(losses: readonly number[], loss: number, patience: number): boolean {
  const before = losses.slice(0, Math.max(0, losses.length - patience));
  return loss > Math.min(...before.filter((l) => !Number.isNaN(l)));
}

/**
 * Non-monotonically triggered averaged SGD (Merity et al. 2017, "Regularizing and Optimizing LSTM Language Models",
 * algorithm 1). SGD until the validation loss is worse than the best one of more than `patience` validations ago, then
 * ASGD at the same rate from its next step on. The history is that of one fit;
 * averaging, once started, continues in later fits until the optimizer's `reset`.
 * @throws UlmfitError `BAD_OPTION`; in the fit `BAD_PLUGINS` with another optimizer, `NO_SUCH_FIGURE` without validation
 * @example
 * const averaged = ntAsgd({ patience: 5, weightDecay: 1.2e-6 });
 * const trainer = createTrainer({ model, optimizer: averaged.optimizer, plugins: [averaged.plugin] });
 * await trainer.fit({ stage: 'pretrain', train, validate, epochs: 2, lr: 1 });
 */
export function ntAsgd(options: NtAsgdOptions = {}): NtAsgd {
  const { patience = 5, lr, weightDecay = 0, decays = everythingDecays } = options;
  requireInteger('ntAsgd: patience', patience, { from: 0 });
  if (lr !== undefined) requireNotNegative('ntAsgd: lr', lr);
  requireNotNegative('ntAsgd: weightDecay', weightDecay);
  const settings = { t0: 0, lambd: 0, alpha: 0.75, decays, averaging: false };
  return {
    optimizer: {
      defaults: { momentum: 0, weightDecay, ...(lr === undefined ? {} : { lr }) },
      create: (groups) => new Asgd('ntAsgd', groups, settings),
    },
    plugin: trigger(patience),
  };
}

function trigger(patience: number): TrainingPlugin {
  let losses: number[] = [];
  return {
    name: 'ntAsgd',
    settings: { patience },
    setup: (ctx) => void optimizerOf(ctx),
    beforeFit: () => {
      losses = [];
    },
    afterValidate: (ctx) => {
      const loss = ctx.validation?.['loss'];
      const optimizer = optimizerOf(ctx);
      if (loss === undefined || optimizer.averaging) return;
      if (isNonMonotonic(losses, loss, patience)) optimizer.startAveraging();
      losses.push(loss);
    },
    afterEpoch: (ctx) => {
      // Without validation it would never average.
      if (ctx.validation || ctx.rehearsal) return;
      throw new UlmfitError(
        'NO_SUCH_FIGURE',
        'ntAsgd watches loss, but the fit has no validation; give it validate',
      );
    },
    stateDict: () => ({ json: { losses: [...losses] }, tensors: {} }),
    loadStateDict(saved: StateDict<{ losses: number[] }>) {
      requireState('ntAsgd', saved, ['losses']);
      losses = [...saved.json.losses];
    },
  };
}

function optimizerOf({ optimizer }: TrainingContext): Asgd {
  if (optimizer instanceof Asgd && optimizer.name === 'ntAsgd') return optimizer;
  throw new UlmfitError(
    'BAD_PLUGINS',
    `ntAsgd: use the optimizer that ntAsgd() returns with the plugin; this trainer has ${optimizer.name}`,
  );
}
