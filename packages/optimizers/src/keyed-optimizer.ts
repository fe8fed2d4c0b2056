import { tidy, type Tensor } from '@tensorflow/tfjs-core';
import type {
  Gradients,
  Hyperparameters,
  Optimizer,
  Parameter,
  ParameterGroups,
  StateDict,
} from '@ulmfit/trainer';
import { ParameterStates } from './parameter-states.js';

/** A parameter that has a gradient in this step. */
export interface Trained {
  readonly parameter: Parameter;
  readonly gradient: Tensor;
}

/**
 * An optimizer whose state is tensors and step counts by parameter name. A subclass says how a group is updated.
 * @example
 * class SignSgd extends KeyedOptimizer<never> {
 *   constructor(groups: ParameterGroups) {
 *     super('signSgd', groups, []);
 *   }
 *   protected update(trained: readonly Trained[], { lr }: Hyperparameters) {
 *     for (const { parameter, gradient } of trained)
 *       parameter.variable.assign(sub(parameter.variable, mul(sign(gradient), lr)));
 *   }
 * }
 * const signSgd: OptimizerFactory = { defaults: {}, create: (groups) => new SignSgd(groups) };
 */
export abstract class KeyedOptimizer<Slot extends string> implements Optimizer {
  readonly name: string;
  protected readonly states: ParameterStates<Slot>;
  readonly #groups: ParameterGroups;

  constructor(name: string, groups: ParameterGroups, slots: readonly Slot[]) {
    this.name = name;
    this.#groups = groups;
    this.states = new ParameterStates(name, groups, slots);
  }

  /** Updates a group's variables and advances their states. Within a tidy. */
  protected abstract update(trained: readonly Trained[], hyper: Hyperparameters): void;

  /** One update. A parameter without a gradient, such as a frozen one, keeps its value and its state. */
  step(gradients: Gradients): void {
    for (const { parameters, hyper } of this.#groups) {
      const trained = parameters.flatMap((parameter) => {
        const gradient = gradients[parameter.name];
        return gradient ? [{ parameter, gradient }] : [];
      });
      if (trained.length > 0) tidy(() => this.update(trained, hyper));
    }
  }

  reset(): void {
    this.states.clear();
  }

  dispose(): void {
    this.states.clear();
  }

  stateDict(): StateDict {
    return this.states.stateDict();
  }

  /** @throws UlmfitError `STATE_MISMATCH`; nothing is changed then. */
  loadStateDict(state: StateDict): void {
    this.states.loadStateDict(state);
  }
}
