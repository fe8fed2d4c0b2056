import { dispose, tensor, type DataType, type Tensor } from '@tensorflow/tfjs-core';
import { brief, showName } from '@ulmfit/errors';
import type { Json, StateDict } from '@ulmfit/trainer';

/** A tensor's numbers, which no later step changes. */
export interface FrozenTensor {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly values: readonly number[];
}

/** A state as a file would keep it. */
export interface Snapshot {
  readonly json: Json;
  readonly tensors: Readonly<Record<string, FrozenTensor>>;
}

export const numbersOf = (x: Tensor): number[] => [...(x.dataSync() as ArrayLike<number> & Iterable<number>)];

/**
 * Copies a state's numbers, and its JSON through text.
 * @example
 * const trainer = toyTrainer();
 * const before = snapshot(trainer.stateDict());
 * await trainer.fit({ stage: 'toy', train: toyLoader(4), epochs: 1 });
 * console.log(isDeepStrictEqual(snapshot(trainer.stateDict()), before)); // false
 */
export function snapshot({ json, tensors }: StateDict): Snapshot {
  return {
    json: JSON.parse(JSON.stringify(json)) as Json,
    tensors: Object.fromEntries(
      Object.entries(tensors).map(([name, t]) => [
        name,
        { shape: [...t.shape], dtype: t.dtype, values: numbersOf(t) },
      ]),
    ),
  };
}

/** Makes a state of a snapshot for `use`, and frees its tensors after. */
export function withState<R>({ json, tensors }: Snapshot, use: (state: StateDict) => R): R {
  const made = Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, dtype, values }]) => [
      name,
      tensor([...values], [...shape], dtype),
    ]),
  );
  try {
    return use({ json: structuredClone(json), tensors: made });
  } finally {
    dispose(made);
  }
}

/** A place in two values where they differ, and what stands there. */
export interface Difference {
  readonly at: string;
  readonly first: string;
  readonly second: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The first place where two values of plain data differ, bit for bit. */
export function differenceOf(first: unknown, second: unknown, at = ''): Difference | undefined {
  if (Object.is(first, second)) return undefined;
  if (isRecord(first) && isRecord(second) && Array.isArray(first) === Array.isArray(second)) {
    for (const key of new Set([...Object.keys(first), ...Object.keys(second)])) {
      const inside = Array.isArray(first) ? `${at}[${key}]` : [at, showName(key)].filter(Boolean).join('.');
      const found = differenceOf(first[key], second[key], inside);
      if (found) return found;
    }
    return undefined;
  }
  return { at, first: brief(first), second: brief(second) };
}

/** The first number of two sets of tensors that differs. */
export function tensorDifference(
  first: Snapshot['tensors'],
  second: Snapshot['tensors'],
): Difference | undefined {
  for (const name of new Set([...Object.keys(first), ...Object.keys(second)])) {
    const [a, b] = [first[name], second[name]];
    if (!a || !b) return { at: name, first: a ? 'there' : 'missing', second: b ? 'there' : 'missing' };
    const found = differenceOf(a.values, b.values, name) ?? differenceOf(a.shape, b.shape, `${name}.shape`);
    if (found) return found;
  }
  return undefined;
}

/** Whether JSON holds a value as it is. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value as object).every(isPlain);
}

/** Where a value is not what JSON gives back, such as `Infinity`, which becomes `null`. */
export function notJson(value: unknown): Difference | undefined {
  if (isPlain(value)) return undefined;
  const text = JSON.stringify(value) as string | undefined;
  return differenceOf(value, text === undefined ? undefined : JSON.parse(text));
}
