import { tidy, variable, type Rank, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';

/** What a parameter is to an optimizer: biases and norms usually take no weight decay. */
export type ParameterKind = 'weight' | 'bias' | 'norm';

/** A trained array. Its name is our own and unique within its model; tfjs names the variable as it likes. */
export interface Parameter<R extends Rank = Rank> {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly variable: Variable<R>;
}

/** An array that a model keeps but no gradient reaches, such as the running mean of a BatchNorm. */
export interface Buffer<R extends Rank = Rank> {
  readonly name: string;
  readonly variable: Variable<R>;
}

/**
 * Makes a parameter of an initial value, which it disposes.
 * @example
 * const weight = parameter('head.weight', 'weight', zeros([8, 2]));
 */
export function parameter<R extends Rank>(
  name: string,
  kind: ParameterKind,
  initial: Tensor<R>,
): Parameter<R> {
  const made = { name, kind, variable: tidy(() => variable(initial, true)) };
  initial.dispose();
  return made;
}

/**
 * Makes a buffer of an initial value, which it disposes.
 * @example
 * const mean = buffer('norm.mean', zeros([8]));
 */
export function buffer<R extends Rank>(name: string, initial: Tensor<R>): Buffer<R> {
  const made = { name, variable: tidy(() => variable(initial, false)) };
  initial.dispose();
  return made;
}

/** Gives a variable a value, which stays the caller's. */
export function overwrite(variable: Variable, value: Tensor): void {
  // `assign` neither takes nor frees its tensor; the reference of its own lets a variable be given itself.
  const held = value.clone();
  variable.assign(held);
  held.dispose();
}

/**
 * Overwrites arrays by name; the tensors stay the caller's.
 * @throws UlmfitError `STATE_MISMATCH` when a name is missing or unknown, or a shape differs; nothing is written then.
 * @example
 * const weight = parameter('head.weight', 'weight', zeros([8, 2]));
 * assignByName('my model', [weight], { 'head.weight': ones([8, 2]) });
 */
export function assignByName(
  what: string,
  into: Iterable<{ readonly name: string; readonly variable: Variable }>,
  tensors: Record<string, Tensor>,
): void {
  const targets = [...into];
  requireSameNames(what, targets, tensors);
  for (const { name, variable } of targets) overwrite(variable, tensors[name] as Tensor);
}

/** @throws UlmfitError `STATE_MISMATCH` when a name is missing or unknown, or a shape differs. */
export function requireSameNames(
  what: string,
  into: Iterable<{ readonly name: string; readonly variable: Variable }>,
  tensors: Record<string, Tensor>,
): void {
  const targets = [...into];
  const known = new Set(targets.map((t) => t.name));
  const unknown = Object.keys(tensors).find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new UlmfitError('STATE_MISMATCH', `${what}: the state has an unknown entry ${unknown}`);
  }
  for (const { name, variable } of targets) {
    const value = tensors[name];
    if (!value) throw new UlmfitError('STATE_MISMATCH', `${what}: the state has no ${name}`);
    if (value.shape.join() !== variable.shape.join()) {
      throw new UlmfitError(
        'STATE_MISMATCH',
        `${what}: ${name} is [${value.shape.join(', ')}] in the state and [${variable.shape.join(', ')}] here`,
      );
    }
  }
}
