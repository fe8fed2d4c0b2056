import { brief, UlmfitError } from '@ulmfit/errors';
import type { Parameter } from './parameter.js';
import type { Json } from '../state/stateful.js';

/**
 * What an optimizer reads for a group at each step. Other packages may add entries by declaration merging.
 * `lr` is the learning rate, `momentum` the first-moment coefficient (beta 1), `weightDecay` the coefficient of decay.
 */
export interface Hyperparameters {
  lr: number;
  momentum: number;
  weightDecay: number;
}

export type Hyperparameter = keyof Hyperparameters;

/** Parameters that share their hyperparameters. `base` is what was set; `hyper` is what holds at this step. */
export interface ParameterGroup {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly base: Hyperparameters;
  readonly hyper: Hyperparameters;
  frozen: boolean;
}

/** A value for all groups, or one for each group by name. */
export type PerGroup<T> = T | Readonly<Record<string, T>>;

/**
 * Makes a group; a trainer or an optimizer fills in the hyperparameters. Until then its `lr` is NaN: there is none.
 * @example
 * const weight = parameter('head.weight', 'weight', zeros([8, 2]));
 * const bias = parameter('head.bias', 'bias', zeros([2]));
 * const head = parameterGroup('head', [weight, bias]);
 */
export function parameterGroup(name: string, parameters: readonly Parameter[]): ParameterGroup {
  const start = (): Hyperparameters => ({ lr: NaN, momentum: 0, weightDecay: 0 });
  return { name, parameters, base: start(), hyper: start(), frozen: false };
}

/** The groups of a model, ordered from the input (bottom) to the output (top). */
export interface ParameterGroups extends Iterable<ParameterGroup> {
  readonly length: number;
  /** The groups' names from bottom to top. */
  readonly names: readonly string[];
  /** Every parameter, from bottom to top. */
  readonly parameters: readonly Parameter[];
  /** The parameters that are trained now. */
  readonly unfrozen: readonly Parameter[];
  /** @throws UlmfitError `UNKNOWN_GROUP` */
  get(name: string): ParameterGroup;
  /**
   * Freezes every group below index `n`, counted from the bottom, or from the top when negative (-1: only the last
   * group is trained), as fastai's `freeze_to`.
   * @throws UlmfitError `BAD_FREEZE`
   */
  freezeTo(n: number): void;
  /** Trains the named groups alone. @throws UlmfitError `UNKNOWN_GROUP` */
  trainOnly(names: readonly string[]): void;
  unfreeze(): void;
  /** Sets base values, for all groups or by group name; the present values follow. @throws UlmfitError `BAD_RATE` */
  setBase(values: { readonly [H in Hyperparameter]?: PerGroup<number> | undefined }): void;
  /** Sets a value that holds at this step. */
  setHyper(key: Hyperparameter, value: PerGroup<number>): void;
  /** Base values and freezing, for a checkpoint. */
  toJson(): Json;
  /** @throws UlmfitError `STATE_MISMATCH` when the groups differ; nothing is changed then. */
  fromJson(json: Json): void;
  /** @throws UlmfitError `STATE_MISMATCH` when the groups of a state are not these. */
  requireSame(json: Json): void;
}

/**
 * The groups of a model, as a trainer holds them and an optimizer gets them.
 * @throws UlmfitError `BAD_GROUPS` when two groups or two parameters share a name.
 * @example
 * const groups = parameterGroups(model.groups);
 * groups.freezeTo(-1);
 */
export const parameterGroups = (groups: readonly ParameterGroup[]): ParameterGroups =>
  new OrderedGroups(groups);

/** An interface stands before it: a class with private fields is another type in each copy of the package. */
class OrderedGroups implements ParameterGroups {
  readonly #groups: readonly ParameterGroup[];

  constructor(groups: readonly ParameterGroup[]) {
    const seen = new Set<string>();
    for (const { name, parameters } of groups) {
      for (const what of [`group ${name}`, ...parameters.map((p) => `parameter ${p.name}`)]) {
        if (seen.has(what))
          throw new UlmfitError('BAD_GROUPS', `${what} appears twice among the parameter groups; remove one`);
        seen.add(what);
      }
    }
    this.#groups = groups;
  }

  get length(): number {
    return this.#groups.length;
  }

  [Symbol.iterator](): Iterator<ParameterGroup> {
    return this.#groups[Symbol.iterator]();
  }

  get names(): string[] {
    return this.#groups.map((g) => g.name);
  }

  get(name: string): ParameterGroup {
    const group = this.#groups.find((g) => g.name === name);
    if (!group) {
      throw new UlmfitError(
        'UNKNOWN_GROUP',
        `no parameter group ${name}; there are ${this.names.join(', ')}`,
      );
    }
    return group;
  }

  get parameters(): Parameter[] {
    return this.#groups.flatMap((g) => g.parameters);
  }

  get unfrozen(): Parameter[] {
    return this.#groups.flatMap((g) => (g.frozen ? [] : g.parameters));
  }

  freezeTo(n: number): void {
    const first = n < 0 ? this.length + n : n;
    if (!Number.isInteger(n) || first < 0 || first >= this.length) {
      throw new UlmfitError('BAD_FREEZE', `freezeTo(${n}): there are ${this.length} parameter groups`);
    }
    this.#groups.forEach((group, i) => (group.frozen = i < first));
  }

  trainOnly(names: readonly string[]): void {
    const wanted = new Set(names.map((name) => this.get(name)));
    for (const group of this.#groups) group.frozen = !wanted.has(group);
  }

  unfreeze(): void {
    for (const group of this.#groups) group.frozen = false;
  }

  setBase(values: { readonly [H in Hyperparameter]?: PerGroup<number> | undefined }): void {
    for (const key of Object.keys(values) as Hyperparameter[]) {
      const value = values[key];
      if (value === undefined) continue;
      requireNumbers(key, value);
      this.#each(value, (group, v) => {
        group.base[key] = v;
        group.hyper[key] = v;
      });
    }
  }

  setHyper(key: Hyperparameter, value: PerGroup<number>): void {
    this.#each(value, (group, v) => (group.hyper[key] = v));
  }

  #each(value: PerGroup<number>, set: (group: ParameterGroup, value: number) => void): void {
    if (typeof value === 'number') for (const group of this.#groups) set(group, value);
    else for (const [name, v] of Object.entries(value)) set(this.get(name), v);
  }

  toJson(): Json {
    return this.#groups.map(({ name, base, hyper, frozen }) => ({
      name,
      base: { ...base },
      hyper: { ...hyper },
      frozen,
    }));
  }

  fromJson(json: Json): void {
    this.requireSame(json);
    // The casts, here and below: `toJson` has written it, in a state whose files are held to their checksums.
    (json as unknown as SavedGroup[]).forEach(({ base, hyper, frozen }, i) => {
      const group = this.#groups[i] as ParameterGroup;
      Object.assign(group.base, base);
      Object.assign(group.hyper, hyper);
      group.frozen = frozen;
    });
  }

  requireSame(json: Json): void {
    const saved = json as unknown as SavedGroup[];
    const names = saved.map((g) => g.name).join(', ');
    if (names !== this.names.join(', ')) {
      throw new UlmfitError(
        'STATE_MISMATCH',
        `the state's groups are ${names}; the model's ${this.names.join(', ')}`,
      );
    }
  }
}

/** @throws UlmfitError `BAD_RATE` for what is no number: in plain JavaScript it would be found a step later, if ever */
function requireNumbers(key: string, value: PerGroup<number>): void {
  const values: readonly unknown[] =
    typeof value === 'object' && value !== null ? Object.values(value) : [value];
  const wrong = values.findIndex((each) => typeof each !== 'number');
  if (wrong < 0) return;
  throw new UlmfitError(
    'BAD_RATE',
    `${key} is ${brief(values[wrong])}; give a number, or one for each group by name`,
  );
}

/** A group as `toJson` gives it. Of what others add to `Hyperparameters` TypeScript can't know that it is JSON: hence the casts. */
type SavedGroup = Pick<ParameterGroup, 'name' | 'base' | 'hyper' | 'frozen'>;
