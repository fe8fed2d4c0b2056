import type { Tensor } from '@tensorflow/tfjs-core';
import { brief, showName, UlmfitError } from '@ulmfit/errors';
import type { Hyperparameters, ParameterGroups } from './parameter-groups.js';
import type { Stateful } from '../state/stateful.js';

/** Gradients by parameter name. */
export type Gradients = Readonly<Record<string, Tensor>>;

/** Updates the unfrozen parameters. Its state is keyed by parameter name. */
export interface Optimizer extends Stateful {
  readonly name: string;
  /** One update, by each group's present hyperparameters. The gradients stay the caller's. */
  step(gradients: Gradients): void;
  /** Weights to validate, export and keep instead of the trained ones, by parameter name; lent, not given. */
  evaluationWeights?(): Readonly<Record<string, Tensor>> | undefined;
  /** Forgets its state, as if no step had been made. */
  reset(): void;
  dispose(): void;
}

/**
 * Makes an optimizer over a model's groups. `defaults` are the base values it wants where nothing else sets them; without an `lr`
 * among them a fit must be given one.
 */
export interface OptimizerFactory<O extends Optimizer = Optimizer> {
  readonly defaults: Partial<Omit<Hyperparameters, 'lr'>> & { lr?: number };
  create(groups: ParameterGroups): O;
}

/**
 * Checks that a value is an optimizer factory, for plain JavaScript.
 * @param where it was given, such as `trainer: optimizer`
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * requireOptimizer(adam(), 'my trainer');
 */
export function requireOptimizer(optimizer: unknown, where: string): asserts optimizer is OptimizerFactory {
  if (typeof optimizer === 'function') {
    const name = showName(optimizer.name || 'it');
    throw new UlmfitError('BAD_OPTION', `${where} is the function ${name}; call it: ${name}()`);
  }
  const { create, defaults } = (optimizer ?? {}) as Partial<Record<keyof OptimizerFactory, unknown>>;
  if (typeof create === 'function' && typeof defaults === 'object' && defaults !== null) return;
  throw new UlmfitError(
    'BAD_OPTION',
    `${where} is ${brief(optimizer)}; give { defaults, create(groups) }, such as adam() of @ulmfit/optimizers`,
  );
}
