import fc from 'fast-check';
import { utf8 } from '../../../packages/files/src/mutate.test-helper.js';

/** Values that no file should hold, beside ordinary ones. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, '', 0, -0, -1, 1.5, 1e308, -1e308, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 - 1],
    ...['__proto__', 'constructor', '\ud800', '\n', 'x'.repeat(2000), [], {}, [null], [[]], { length: 1e9 }],
  ),
  fc.json({ maxDepth: 3 }).map((text): unknown => JSON.parse(text)),
  fc.nat({ max: 100 }),
  fc.string({ maxLength: 8 }),
);

/** A record with some of its fields, at any depth, replaced, dropped or doubled: as JSON text. */
export const spoiltRecord = (record: object): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.tuple(fc.nat(), fc.constantFrom('set', 'drop', 'add', 'twice'), oddValue), { maxLength: 4 })
    .map((changes) => {
      const copy = structuredClone(record);
      let twice = '';
      for (const [which, how, shared] of changes) {
        const value = structuredClone(shared); // a later change may put something into it
        const places = placesOf(copy);
        const place = places[which % places.length];
        if (!place) continue;
        const [holder, key] = place;
        if (how === 'set') holder[key] = value;
        else if (how === 'drop') delete holder[key];
        else if (how === 'add') holder[`${key}2`] = value;
        else twice = `${JSON.stringify(key)}:${JSON.stringify(value)},`;
      }
      return utf8(JSON.stringify(copy).replace('{', `{${twice}`));
    });

type Place = readonly [holder: Record<string, unknown>, key: string];

function placesOf(value: unknown, depth = 0): Place[] {
  if (typeof value !== 'object' || value === null || depth > 4) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder)
    .slice(0, 50)
    .flatMap((key): Place[] => [[holder, key], ...placesOf(holder[key], depth + 1)]);
}

/** JSON texts that exhaust a stack, a memory or a comparison of keys. */
export const hostileJson = (): Uint8Array[] =>
  [
    '['.repeat(1_000_000),
    `${'['.repeat(500_000)}${']'.repeat(500_000)}`,
    `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
    `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":0`).join()}}`,
    `[${'0,'.repeat(500_000)}0]`,
    `"${'\\u0000'.repeat(150_000)}"`,
    '9'.repeat(1_000_000),
    `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`,
    '\ufeff{}',
    '{"a":1,"\\u0061":2}',
    'null',
    '',
  ].map((text) => utf8(text));
