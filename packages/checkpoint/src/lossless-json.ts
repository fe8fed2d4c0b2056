import { UlmfitError } from '@ulmfit/errors';
import type { Json } from '@ulmfit/trainer';
import { isDeep } from './json-depth.js';

/** The numbers that JSON has not, as the texts that stand for them. */
const special: Readonly<Record<string, number>> = {
  $NaN: NaN,
  $Infinity: Infinity,
  '$-Infinity': -Infinity,
  '$-0': -0,
};

/**
 * JSON that gives back the very same numbers: NaN, the infinities and -0 stand as `"$NaN"` and so on, and a text that
 * begins with a dollar sign gets a second one.
 * @throws UlmfitError `BAD_STATE` for what no JSON can hold, such as `undefined`, or what is nested a hundred deep
 */
export function stringifyLossless(value: Json): string {
  let text: string;
  try {
    text = stringify(value);
  } catch (error) {
    throw error instanceof RangeError ? tooDeep() : error;
  }
  if (isDeep(text)) throw tooDeep();
  return text;
}

const stringify = (value: Json): string =>
  JSON.stringify(value, (key, v: unknown) => {
    if (typeof v === 'string' && v.startsWith('$')) return `$${v}`;
    if (typeof v === 'number') {
      if (Object.is(v, -0)) return '$-0';
      return Number.isFinite(v) ? v : `$${v}`;
    }
    if (v === undefined || typeof v === 'function' || typeof v === 'bigint' || typeof v === 'symbol') {
      throw new UlmfitError('BAD_STATE', `a state cannot hold a value of type ${typeof v} (at "${key}")`);
    }
    return v;
  });

const tooDeep = () => new UlmfitError('BAD_STATE', 'a state cannot be nested more than a hundred deep');

/** What {@link stringifyLossless} was given. @throws UlmfitError `BAD_STATE` for what it cannot have written */
export function parseLossless(text: string): Json {
  if (isDeep(text)) throw tooDeep();
  try {
    return JSON.parse(text, (_, v: unknown) => {
      if (typeof v !== 'string' || !v.startsWith('$')) return v;
      return special[v] ?? v.slice(1);
    }) as Json;
  } catch {
    throw new UlmfitError('BAD_STATE', 'the state is not JSON');
  }
}
