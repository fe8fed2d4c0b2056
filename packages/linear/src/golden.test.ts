import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { trainLinear } from './train-linear.js';

const numbers = z.array(z.array(z.number()));
/** What golden.test-helper.py wrote. */
const golden = z
  .object({
    train: z.array(z.object({ text: z.string(), label: z.number(), several: z.array(z.number()) })),
    test: z.array(z.string()),
    cases: z.record(
      z.string(),
      z.object({
        ...{ C: z.number(), classes: z.number(), minCount: z.number(), sublinear: z.boolean() },
        ...{ ngrams: z.tuple([z.number(), z.number()]), terms: z.array(z.string()) },
        ...{ balanced: z.boolean().optional(), several: z.boolean().optional() },
        ...{ coefficients: numbers, intercepts: z.array(z.number()), probabilities: numbers },
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('golden.test-helper.json', import.meta.url), 'utf8')));

const softmax = (row: readonly number[]) => {
  const exps = row.map(Math.exp);
  return exps.map((e) => e / exps.reduce((a, b) => a + b, 0));
};
const largest = (differences: readonly number[]) => Math.max(...differences.map(Math.abs));

describe('trainLinear against scikit-learn', () => {
  it.each(Object.entries(golden.cases))('finds the same %s model', async (_, wanted) => {
    const { classes, C, ngrams, minCount, sublinear, several: multiLabel = false } = wanted;
    const rows = golden.train.map(({ text, label, several }) => ({
      text,
      labels: multiLabel ? several : [Math.min(label, classes - 1)],
    }));
    const model = await trainLinear(rows, {
      ...{ classes, multiLabel, C, ngrams, minCount, sublinear, tolerance: 1e-9 },
      ...(wanted.balanced && { classWeights: 'balanced' }),
    });

    const weights = new Map<string, number[]>();
    const perClass = Array.from({ length: classes }, (_, k) =>
      rows.map(({ text }) => model.explain(text, k)),
    );
    perClass.forEach((explained, k) => {
      for (const { term, weight } of explained.flatMap(({ terms }) => terms)) {
        const own = weights.get(term) ?? new Array<number>(classes).fill(NaN);
        own[k] = weight;
        weights.set(term, own);
      }
    });
    expect([...weights.keys()].sort()).toEqual([...wanted.terms].sort());
    // scikit-learn has one output for two classes: the difference of ours.
    const asTheirs = (own: readonly number[]) =>
      wanted.intercepts.length === 1 ? [(own[1] as number) - (own[0] as number)] : own;
    const off = wanted.terms.flatMap((term, t) =>
      asTheirs(weights.get(term) ?? []).map((w, k) => w - (wanted.coefficients[k]?.[t] ?? NaN)),
    );
    expect(largest(off)).toBeLessThan(2e-5);
    const intercepts = asTheirs(perClass.map(([first]) => first?.intercept ?? NaN));
    expect(largest(intercepts.map((b, k) => b - (wanted.intercepts[k] ?? NaN)))).toBeLessThan(2e-5);

    const probabilities = model
      .logits(golden.test)
      .map((row) => (multiLabel ? row.map((z) => 1 / (1 + Math.exp(-z))) : softmax(row)));
    expect(
      largest(
        probabilities.flatMap((row, i) => row.map((p, k) => p - (wanted.probabilities[i]?.[k] ?? NaN))),
      ),
    ).toBeLessThan(1e-5);
  });
});
