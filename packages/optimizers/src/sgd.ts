import { add, clone, mul, sub } from '@tensorflow/tfjs-core';
import { requireBelowOne, requireNotNegative, UlmfitError } from '@ulmfit/errors';
import type { Hyperparameters, OptimizerFactory, ParameterGroups } from '@ulmfit/trainer';
import { everythingDecays, type Decays } from './decays.js';
import { KeyedOptimizer, type Trained } from './keyed-optimizer.js';

export interface SgdOptions {
  /** Base learning rate where neither the fit nor a plugin sets one. */
  readonly lr?: number;
  /** Share of the last update that is kept; the base of each group's `momentum`. Default 0. */
  readonly momentum?: number;
  /** Coefficient of the L2 penalty on the gradient; the base of each group's `weightDecay`. Default 0. */
  readonly weightDecay?: number;
  /** Looks ahead along the momentum. Default false. */
  readonly nesterov?: boolean;
  /** Which parameters decay. Default: all. */
  readonly decays?: Decays;
}

/**
 * Stochastic gradient descent as `torch.optim.SGD`: `g += wd p`, `b = momentum b + g`, `p -= lr b` (with Nesterov
 * `p -= lr (g + momentum b)`).
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * const trainer = createTrainer({ model, optimizer: sgd({ momentum: 0.9, weightDecay: 1e-4 }) });
 */
export function sgd(options: SgdOptions = {}): OptimizerFactory<Sgd> {
  const { lr, momentum = 0, weightDecay = 0, nesterov = false, decays = everythingDecays } = options;
  if (lr !== undefined) requireNotNegative('sgd: lr', lr);
  requireBelowOne('sgd: momentum', momentum);
  requireNotNegative('sgd: weightDecay', weightDecay);
  if (nesterov && momentum === 0)
    throw new UlmfitError('BAD_OPTION', 'sgd: nesterov needs a momentum; set one above 0');
  return {
    defaults: { momentum, weightDecay, ...(lr === undefined ? {} : { lr }) },
    create: (groups) => new Sgd(groups, { nesterov, decays }),
  };
}

export class Sgd extends KeyedOptimizer<'momentum'> {
  readonly #settings: { nesterov: boolean; decays: Decays };

  /** Made by `sgd`. */
  constructor(groups: ParameterGroups, settings: { nesterov: boolean; decays: Decays }) {
    super('sgd', groups, ['momentum']);
    this.#settings = settings;
  }

  protected update(trained: readonly Trained[], { lr, momentum, weightDecay }: Hyperparameters): void {
    const { nesterov, decays } = this.#settings;
    for (const { parameter, gradient: raw } of trained) {
      const { name, variable } = parameter;
      const decayed = weightDecay !== 0 && decays(parameter);
      const gradient = decayed ? add(raw, mul(variable, weightDecay)) : raw;
      if (momentum === 0) {
        variable.assign(sub(variable, mul(gradient, lr)));
        this.states.advance(name, {});
        continue;
      }
      const last = this.states.get(name, 'momentum');
      const buffer = last ? add(mul(last, momentum), gradient) : clone(gradient);
      const update = nesterov ? add(gradient, mul(buffer, momentum)) : buffer;
      variable.assign(sub(variable, mul(update, lr)));
      this.states.advance(name, { momentum: buffer });
    }
  }
}
