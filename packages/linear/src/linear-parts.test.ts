import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inventedRows } from './linear.test-helper.js';
import { linearFromParts, linearToParts, type LinearArray } from './linear-parts.js';
import { trainLinear } from './train-linear.js';

const texts = [...inventedRows(5).map(({ text }) => text), '', 'unseen words', 'a film was'];

describe('linearToParts', () => {
  it.each([{}, { characters: [3, 4] as const }, { hashed: 64 }, { ngrams: [2, 3] as const }])(
    'gives back the very same model with %o',
    async (options) => {
      const model = await trainLinear(inventedRows(40, 3), { classes: 3, multiLabel: false, ...options });
      const { json, arrays } = linearToParts(model);
      const again = linearFromParts({ json: JSON.parse(JSON.stringify(json)) as unknown, arrays });
      expect(again.logits(texts)).toEqual(model.logits(texts));
      expect(linearToParts(again)).toEqual({ json, arrays });
    },
  );

  it('does so for any texts', async () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.constantFrom('das', 'Ärger', '東京都に住む'),
    );
    const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 2, maxLength: 6 }), async (some) => {
        const rows = some.map((t, i) => ({ text: t, labels: [i % 2] }));
        const model = await trainLinear(rows, { classes: 2, multiLabel: false, characters: [2, 3] });
        expect(linearFromParts(linearToParts(model)).logits(some)).toEqual(model.logits(some));
      }),
      { numRuns: 50 },
    );
  });
});

describe('linearFromParts', () => {
  const parts = async () =>
    linearToParts(await trainLinear(inventedRows(20, 3), { classes: 3, multiLabel: false }));

  it('refuses what does not fit', async () => {
    const { json, arrays } = await parts();
    const damaged: { json: unknown; arrays: Record<string, unknown> }[] = [
      { json: null, arrays: { ...arrays } },
      { json: { ...json, classes: 4 }, arrays: { ...arrays } },
      { json: { ...json, texts: 3 }, arrays: { ...arrays } },
      { json: { ...json, extra: 1 }, arrays: { ...arrays } },
      { json: { ...json, terms: [] }, arrays: { ...arrays } },
      { json, arrays: {} },
      { json, arrays: { ...arrays, weights: arrays['weights']?.slice(1) } },
      { json, arrays: { ...arrays, weights: [...(arrays['weights'] ?? [])] } },
      { json, arrays: { ...arrays, intercepts: Float32Array.of(0, NaN, 0) } },
      { json, arrays: { ...arrays, 'symbols.0': Uint8Array.of(255, 10) } },
      { json, arrays: { ...arrays, 'ngrams.0': Uint8Array.of(255, 255, 255, 255, 255, 255) } },
      { json, arrays: Object.create(arrays) as Record<string, unknown> },
    ];
    for (const bad of damaged) {
      expect(() => linearFromParts(bad)).toThrow(
        expect.objectContaining({ code: 'BAD_LINEAR_MODEL' }) as Error,
      );
    }
  });

  it('takes damaged bytes as an error of one line or as a model that answers in numbers', async () => {
    const { json, arrays } = await parts();
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(arrays)), fc.nat(), fc.nat(255), (name, place, byte) => {
        const array = (arrays[name] as LinearArray).slice();
        const bytes = new Uint8Array(array.buffer);
        bytes[place % bytes.length] = byte;
        try {
          const model = linearFromParts({ json, arrays: { ...arrays, [name]: array } });
          expect(model.logits(texts).flat().every(Number.isFinite)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({
            code: 'BAD_LINEAR_MODEL',
            message: expect.not.stringContaining('\n') as string,
          });
        }
      }),
    );
  });
});
