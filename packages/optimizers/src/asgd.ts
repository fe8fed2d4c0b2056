import { add, clone, mul, sub, type Tensor } from '@tensorflow/tfjs-core';
import { requireNotNegative, UlmfitError } from '@ulmfit/errors';
import {
  requireState,
  type Hyperparameters,
  type OptimizerFactory,
  type ParameterGroups,
  type StateDict,
} from '@ulmfit/trainer';
import { everythingDecays, type Decays } from './decays.js';
import { KeyedOptimizer, type Trained } from './keyed-optimizer.js';

export interface AsgdOptions {
  /** Base learning rate where neither the fit nor a plugin sets one. */
  readonly lr?: number;
  /** The step after which averaging starts. Default 0. */
  readonly t0?: number;
  /** Coefficient by which rate and weights decay over time; 0, the default, for a constant rate. */
  readonly lambd?: number;
  /** Power of the rate's decay. Default .75. */
  readonly alpha?: number;
  /** Coefficient of the L2 penalty on the gradient; the base of each group's `weightDecay`. Default 0. */
  readonly weightDecay?: number;
  /** Which parameters decay. Default: all. */
  readonly decays?: Decays;
}

export interface AsgdSettings {
  readonly t0: number;
  readonly lambd: number;
  readonly alpha: number;
  readonly decays: Decays;
  /** Whether it averages from the start, or as plain SGD waits for `startAveraging`. */
  readonly averaging: boolean;
}

/**
 * Averaged stochastic gradient descent as `torch.optim.ASGD` (Polyak and Juditsky 1992). It trains on the plain weights
 * and keeps their running mean apart: the trainer validates and exports with the mean. As in PyTorch, the mean is over
 * the weights after step `t0 + 2` and all later ones; before, it is a copy of the weights.
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * const trainer = createTrainer({ model, optimizer: asgd({ lr: 0.1 }) });
 * trainer.optimizer.startAveraging(); // `ntAsgd` has a plugin that does
 */
export function asgd(options: AsgdOptions = {}): OptimizerFactory<Asgd> {
  const { lr, t0 = 0, lambd = 0, alpha = 0.75, weightDecay = 0, decays = everythingDecays } = options;
  if (lr !== undefined) requireNotNegative('asgd: lr', lr);
  requireNotNegative('asgd: t0', t0);
  requireNotNegative('asgd: lambd', lambd);
  requireNotNegative('asgd: alpha', alpha);
  requireNotNegative('asgd: weightDecay', weightDecay);
  return {
    defaults: { momentum: 0, weightDecay, ...(lr === undefined ? {} : { lr }) },
    create: (groups) => new Asgd('asgd', groups, { t0, lambd, alpha, decays, averaging: true }),
  };
}

export class Asgd extends KeyedOptimizer<'average'> {
  readonly #settings: AsgdSettings;
  #averaging: boolean;

  /** Made by `asgd` and `ntAsgd`. */
  constructor(name: string, groups: ParameterGroups, settings: AsgdSettings) {
    super(name, groups, ['average']);
    this.#settings = settings;
    this.#averaging = settings.averaging;
  }

  /** Whether it averages; before, it is plain SGD. */
  get averaging(): boolean {
    return this.#averaging;
  }

  /** Averages from the next step on, at the same rate. Steps are counted from here. */
  startAveraging(): void {
    if (this.#averaging) return;
    this.states.clear();
    this.#averaging = true;
  }

  /** The means, once there are any. A parameter that was not trained since has none and stays as it is. */
  evaluationWeights(): Readonly<Record<string, Tensor>> | undefined {
    const averages = this.states.all('average');
    return Object.keys(averages).length > 0 ? averages : undefined;
  }

  override reset(): void {
    super.reset();
    this.#averaging = this.#settings.averaging;
  }

  override stateDict(): StateDict {
    const { json, tensors } = super.stateDict();
    return { json: { averaging: this.#averaging, states: json }, tensors };
  }

  override loadStateDict({ json, tensors }: StateDict): void {
    const { averaging, states } = (json ?? {}) as { averaging?: unknown; states?: StateDict['json'] };
    if (typeof averaging !== 'boolean' || states === undefined) {
      throw new UlmfitError(
        'STATE_MISMATCH',
        `optimizer ${this.name}: the state is not one of this optimizer: it lacks averaging and states`,
      );
    }
    requireState(`optimizer ${this.name}`, { json, tensors: {} }, ['averaging', 'states']);
    super.loadStateDict({ json: states, tensors });
    this.#averaging = averaging;
  }

  protected update(trained: readonly Trained[], { lr, weightDecay }: Hyperparameters): void {
    const { t0, lambd, alpha, decays } = this.#settings;
    for (const { parameter, gradient: raw } of trained) {
      const { name, variable } = parameter;
      const before = this.states.step(name);
      const rate = lr / (1 + lambd * lr * before) ** alpha;
      const decayed = weightDecay !== 0 && decays(parameter);
      const gradient = decayed ? add(raw, mul(variable, weightDecay)) : raw;
      const shrunk = lambd === 0 ? variable : mul(variable, 1 - lambd * rate);
      const weights = sub(shrunk, mul(gradient, rate));
      variable.assign(weights);
      const averaged = this.#averaging && before >= t0;
      this.states.advance(name, averaged ? { average: this.#average(name, weights, before - t0) } : {});
    }
  }

  /** The mean with new weights as the `count`-th of it; the zeroth is thrown away (PyTorch). */
  #average(name: string, weights: Tensor, count: number): Tensor {
    const average = this.states.get(name, 'average');
    if (!average || count <= 1) return clone(weights);
    return add(average, mul(sub(weights, average), 1 / count));
  }
}
