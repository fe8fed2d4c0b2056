import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inventedRows } from './linear.test-helper.js';
import { trainLinear } from './train-linear.js';

describe('LinearClassifier', () => {
  it.each([
    { classes: 2, multiLabel: false },
    { classes: 3, multiLabel: false, characters: [3, 4] as const },
    { classes: 3, multiLabel: true, hashed: 32 },
  ])('explains a logit exactly: %o', async (options) => {
    const rows = inventedRows(30, options.classes === 2 ? 2 : 3);
    const model = await trainLinear(rows, options);
    for (const text of [rows[0]?.text ?? '', 'a warm boat', '']) {
      const [logits] = model.logits([text]);
      logits?.forEach((logit, k) => {
        const explained = model.explain(text, k);
        const sum = explained.terms.reduce(
          (total, { contribution }) => total + contribution,
          explained.intercept,
        );
        expect(sum).toBeCloseTo(logit, 9);
        expect(explained.logit).toBe(sum);
      });
    }
    expect(() => model.explain('a', 3)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }) as Error);
  });

  it.each([
    { classes: 2, multiLabel: false },
    { classes: 3, multiLabel: false, characters: [3, 4] as const },
    { classes: 3, multiLabel: true, hashed: 32 },
  ])('shares a logit out over the words, exactly: %o', async (options) => {
    const model = await trainLinear(inventedRows(30, options.classes === 2 ? 2 : 3), options);
    for (const text of ['The warm warm boat, a cold boat! I', 'xyzzy', '']) {
      const [logits] = model.logits([text]);
      logits?.forEach((logit, k) => {
        const { words, contributions, ...explained } = model.explainWords(text, k);
        expect(words).toEqual(text.toLowerCase().match(/\w\w+/g) ?? []);
        expect(contributions.reduce((sum, each) => sum + each, explained.intercept)).toBeCloseTo(logit, 9);
        expect(explained.logit).toBeCloseTo(logit, 9);
      });
    }
    expect(() => model.explainWords('a', 3)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION' }) as Error,
    );
  });

  it('says which words told', async () => {
    const model = await trainLinear(inventedRows(60), { classes: 2, multiLabel: false });
    const [first] = model.explain('the warm boat', 1).terms;
    expect(first?.term).toBe('warm');
    expect(first?.contribution).toBeGreaterThan(0);
    const { words, contributions } = model.explainWords('The WARM boat', 1);
    expect(words[contributions.indexOf(Math.max(...contributions))]).toBe('warm');
  });

  it('gives a text of unknown words the share of its classes', async () => {
    const rows = [...inventedRows(10), { text: 'slow', labels: [0] }, { text: 'dull', labels: [0] }];
    const model = await trainLinear(rows, { classes: 2, multiLabel: false });
    const [a, b] = model.logits(['', 'xyzzy']);
    expect(a).toEqual(b);
    expect(a?.[0]).toBeGreaterThan(a?.[1] ?? NaN);
  });

  it('does not depend on the order of the texts', async () => {
    const rows = inventedRows(24, 3);
    const options = { classes: 3, multiLabel: false, tolerance: 1e-9 } as const;
    const wanted = await trainLinear(rows, options);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(rows, { minLength: rows.length }), async (shuffled) => {
        const model = await trainLinear(shuffled, options);
        const off = model.model.weights.map((w, i) => Math.abs(w - (wanted.model.weights[i] as number)));
        expect(Math.max(...off)).toBeLessThan(1e-5);
      }),
      { numRuns: 5 },
    );
  });
});
