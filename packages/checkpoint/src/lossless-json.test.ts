import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '@ulmfit/trainer';
import { parseLossless, stringifyLossless } from './lossless-json.js';

const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.string(),
    fc.constantFrom('$NaN', '$', '$$-0', '-0'),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value')),
  ),
})).value;

describe('lossless JSON', () => {
  it('gives back what it was given, to the last bit', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(parseLossless(stringifyLossless(value))).toStrictEqual(plain(value));
      }),
      { seed: 2 },
    );
    const numbers = [NaN, Infinity, -Infinity, -0, 0, 0.1 + 0.2, 5e-324];
    expect(parseLossless(stringifyLossless(numbers))).toStrictEqual(numbers);
  });

  it('refuses what no JSON can hold', () => {
    expect(() => stringifyLossless({ a: undefined } as unknown as Json)).toThrow(/undefined \(at "a"\)/);
    let deep: Json = 1;
    for (let n = 0; n < 20_000; n++) deep = n % 2 === 0 ? [deep] : { deep };
    expect(() => stringifyLossless([[[]]])).not.toThrow();
    expect(() => stringifyLossless(deep)).toThrow(/nested more than a hundred deep/);
    expect(() => stringifyLossless([1n] as unknown as Json)).toThrow(/bigint/);
  });

  it('refuses what it has not written', () => {
    const error = (text: string) => expect(() => parseLossless(text));
    error('{"a":').toThrow('the state is not JSON');
    error(`${'['.repeat(20_000)}${']'.repeat(20_000)}`).toThrow(/nested more than a hundred deep/);
    expect(parseLossless(`["${'['.repeat(200)}"]`)).toEqual(['['.repeat(200)]);
  });
});

/** With the prototype that JSON.parse gives: fast-check's dictionaries have none. */
function plain(value: Json): Json {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
}
