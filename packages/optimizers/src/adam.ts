import { zerosLike } from '@tensorflow/tfjs-core';
import { requireBelowOne, requireNotNegative, requirePositive } from '@ulmfit/errors';
import { adamStep } from '@ulmfit/kernels';
import type { Hyperparameters, OptimizerFactory, ParameterGroups } from '@ulmfit/trainer';
import { weightsDecay, type Decays } from './decays.js';
import { KeyedOptimizer, type Trained } from './keyed-optimizer.js';

export interface AdamOptions {
  /** Base learning rate where neither the fit nor a plugin sets one. */
  readonly lr?: number;
  /** Coefficient of the mean of the gradients; the base of each group's `momentum`. Default .9. */
  readonly beta1?: number;
  /** Coefficient of the mean of their squares. Default .99. */
  readonly beta2?: number;
  /** Added to the root of that mean. Default 1e-5. */
  readonly eps?: number;
  /** Coefficient of decoupled weight decay; the base of each group's `weightDecay`. Default .01. */
  readonly weightDecay?: number;
  /** Which parameters decay. Default: weights do, biases and norms don't. `fastaiDecays` does as fastai's learner. */
  readonly decays?: Decays;
}

/**
 * Adam with decoupled weight decay, as fastai's: first `p *= 1 - lr wd`, then the step by the unbiased means. Both
 * count the steps of each parameter by itself, so that one unfrozen late starts from the beginning. `momentum` (beta 1) is read at
 * each step: a one-cycle schedule may move it. The ULMFiT paper has `{ beta1: 0.7 }`.
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * const trainer = createTrainer({ model, optimizer: adam({ beta1: 0.7, decays: fastaiDecays }) });
 * await trainer.fit({ stage: 'all', train, epochs: 1, lr: 4e-3 });
 */
export function adam(options: AdamOptions = {}): OptimizerFactory<Adam> {
  const { lr, beta1 = 0.9, beta2 = 0.99, eps = 1e-5, weightDecay = 0.01, decays = weightsDecay } = options;
  if (lr !== undefined) requireNotNegative('adam: lr', lr);
  requireBelowOne('adam: beta1', beta1);
  requireBelowOne('adam: beta2', beta2);
  requirePositive('adam: eps', eps);
  requireNotNegative('adam: weightDecay', weightDecay);
  return {
    defaults: { momentum: beta1, weightDecay, ...(lr === undefined ? {} : { lr }) },
    create: (groups) => new Adam(groups, { beta2, epsilon: eps, decays }),
  };
}

/** What stays the same from step to step, unlike what a group's hyperparameters have. */
export interface AdamConstants {
  /** Coefficient of the mean of the squared gradients. */
  readonly beta2: number;
  /** Added to the root of that mean. */
  readonly epsilon: number;
  readonly decays: Decays;
}

export class Adam extends KeyedOptimizer<'mean' | 'squares'> {
  readonly #settings: AdamConstants;

  /** Made by `adam`. */
  constructor(groups: ParameterGroups, settings: AdamConstants) {
    super('adam', groups, ['mean', 'squares']);
    this.#settings = settings;
  }

  protected update(trained: readonly Trained[], { lr, momentum, weightDecay }: Hyperparameters): void {
    const { beta2, epsilon, decays } = this.#settings;
    const results = adamStep(
      trained.map(({ parameter, gradient }) => ({
        parameter: parameter.variable,
        gradient,
        mean: this.states.get(parameter.name, 'mean') ?? zerosLike(gradient),
        squares: this.states.get(parameter.name, 'squares') ?? zerosLike(gradient),
        step: this.states.step(parameter.name) + 1,
        weightDecay: decays(parameter) ? weightDecay : 0,
      })),
      { learningRate: lr, beta1: momentum, beta2, epsilon },
    );
    trained.forEach(({ parameter }, i) => {
      const result = results[i];
      if (!result) return;
      parameter.variable.assign(result.parameter);
      this.states.advance(parameter.name, { mean: result.mean, squares: result.squares });
    });
  }
}
