import { add, dispose, keep, mul, sign, sub, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { requireBelowOne, requireNotNegative } from '@ulmfit/errors';
import {
  requireState,
  type Gradients,
  type Optimizer,
  type OptimizerFactory,
  type ParameterGroups,
  type StateDict,
} from '@ulmfit/trainer';

export interface MyPluginOptions {
  /** The learning rate where a fit gives none. Default 0.001. */
  readonly lr?: number;
  /** The share of the old momentum in an update, from 0 to below 1. Default 0.9. */
  readonly beta1?: number;
  /** The share of the old momentum in the next one, from 0 to below 1. Default 0.99. */
  readonly beta2?: number;
  /** Times the rate, what each weight loses of itself at each update. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Lion (Chen et al. 2023, Symbolic Discovery of Optimization Algorithms, algorithm 2): steps of one size in each direction, by the sign
 * of the momentum.
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * const trainer = createTrainer({ model, optimizer: myPlugin({ lr: 3e-4 }) });
 */
export function myPlugin({
  lr = 1e-3,
  beta1 = 0.9,
  beta2 = 0.99,
  weightDecay = 0,
}: MyPluginOptions = {}): OptimizerFactory {
  requireNotNegative('myPlugin: lr', lr);
  requireBelowOne('myPlugin: beta1', beta1);
  requireBelowOne('myPlugin: beta2', beta2);
  requireNotNegative('myPlugin: weightDecay', weightDecay);
  return {
    // What schedules and other plugins may change from step to step.
    defaults: { lr, momentum: beta1, weightDecay },
    create: (groups) => new MyPlugin(groups, beta2),
  };
}

/** Its state is keyed by parameter name, so that freezing or resuming can't mix it up. */
class MyPlugin implements Optimizer {
  readonly name = 'myPlugin';
  readonly #groups: ParameterGroups;
  readonly #beta2: number;
  #momenta: Record<string, Tensor> = {};

  constructor(groups: ParameterGroups, beta2: number) {
    this.#groups = groups;
    this.#beta2 = beta2;
  }

  step(gradients: Gradients): void {
    for (const { parameters, hyper } of this.#groups) {
      for (const { name, kind, variable } of parameters) {
        const gradient = gradients[name];
        // Frozen.
        if (!gradient) continue;
        const old = this.#momenta[name];
        this.#momenta[name] = tidy(() => {
          const mixed = (beta: number) =>
            old ? add(mul(old, beta), mul(gradient, 1 - beta)) : mul(gradient, 1 - beta);
          const decay = kind === 'weight' ? hyper.weightDecay : 0;
          const change = add(sign(mixed(hyper.momentum)), mul(variable, decay));
          variable.assign(sub(variable, mul(change, hyper.lr)));
          return keep(mixed(this.#beta2));
        });
        old?.dispose();
      }
    }
  }

  stateDict(): StateDict {
    return { json: { names: Object.keys(this.#momenta) }, tensors: { ...this.#momenta } };
  }

  loadStateDict(state: StateDict): void {
    const names = (state.json as { names?: string[] } | null)?.names ?? [];
    requireState('myPlugin', state, ['names'], names);
    // Copied before the old ones go: the state may be this optimizer's own.
    const copies = Object.entries(state.tensors).map(([name, t]) => [name, keep(t.clone())] as const);
    this.reset();
    this.#momenta = Object.fromEntries(copies);
  }

  reset(): void {
    dispose(this.#momenta);
    this.#momenta = {};
  }

  dispose(): void {
    this.reset();
  }
}
