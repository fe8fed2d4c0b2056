import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Review, Sentiment } from './review.js';
import { splitImdb } from './split-imdb.js';

function reviews(split: Review['split'], label: Sentiment | undefined, count: number): Review[] {
  return Array.from({ length: count }, (_, i) => {
    const id = `${split}/${label ?? 'unsup'}/${i}_0.txt`;
    return { id, split, label, text: id };
  });
}

const ALL = [
  ...reviews('train', 'neg', 100),
  ...reviews('train', 'pos', 100),
  ...reviews('train', undefined, 300),
  ...reviews('test', 'neg', 40),
  ...reviews('test', 'pos', 50),
];

const ids = (set: readonly Review[]) => set.map((review) => review.id);
const classes = (set: readonly Review[]) => [
  set.filter((review) => review.label === 'neg').length,
  set.filter((review) => review.label === 'pos').length,
];

describe('splitImdb', () => {
  it('takes everything that is in balance by default', () => {
    const split = splitImdb(ALL, { seed: 1 });
    expect(classes(split.train)).toEqual([100, 100]);
    expect(split.validation).toEqual([]);
    expect(split.lm).toHaveLength(300);
    expect(classes(split.test)).toEqual([40, 40]);
    expect(split.train.slice(0, 4).map((review) => review.label)).toEqual(['neg', 'pos', 'neg', 'pos']);
  });

  it('balances, nests and keeps sets apart at every size and seed', () => {
    const even = (maximum: number) => fc.integer({ min: 0, max: maximum / 2 }).map((n) => 2 * n);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffffff }),
        even(200),
        even(200),
        even(80),
        fc.integer({ min: 0, max: 99 }),
        (seed, a, b, testReviews, percent) => {
          const validationShare = percent / 100;
          const [small, large] = [Math.min(a, b), Math.max(a, b)].map((labels) =>
            splitImdb(ALL, { seed, trainReviews: labels, validationShare, testReviews, lmReviews: labels }),
          );
          if (!small || !large) throw new Error('unreachable');
          expect(small.train.length + small.validation.length).toBe(Math.min(a, b));
          const held = Math.floor((Math.min(a, b) / 2) * validationShare + 1e-9);
          expect(classes(small.validation)).toEqual([held, held]);
          expect(classes(small.train)).toEqual([Math.min(a, b) / 2 - held, Math.min(a, b) / 2 - held]);
          expect(classes(small.test)).toEqual([testReviews / 2, testReviews / 2]);
          for (const set of ['train', 'validation', 'lm'] as const) {
            expect(ids(large[set]).slice(0, small[set].length)).toEqual(ids(small[set]));
          }
          const drawn = [...large.train, ...large.validation, ...large.lm, ...large.test];
          expect(new Set(ids(drawn)).size).toBe(drawn.length);
        },
      ),
      { seed: 7, numRuns: 60 },
    );
  });

  it('draws for the language model from all of training, whatever the labels, and never from test', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 0, max: 100 }),
        (seed, a, b, pairs) => {
          const lmOf = (lmReviews: number | undefined, labels: number, from = ALL) =>
            ids(
              splitImdb(from, {
                seed,
                trainReviews: labels,
                lmFrom: 'train-and-unsup',
                ...(lmReviews === undefined ? {} : { lmReviews }),
              }).lm,
            );
          const small = lmOf(Math.min(a, b), 2 * pairs);
          const large = lmOf(Math.max(a, b), 0, ALL.toReversed());
          expect(small).toHaveLength(Math.min(a, b));
          expect(large.slice(0, small.length)).toEqual(small);
          const whole = lmOf(undefined, 2);
          expect(whole.slice(0, large.length)).toEqual(large);
          expect(whole.toSorted()).toEqual(ids(ALL.filter(({ split }) => split === 'train')).toSorted());
        },
      ),
      { seed: 7, numRuns: 60 },
    );
  });

  it('does not depend on the order of the reviews, and depends on the seed', () => {
    const split = splitImdb(ALL, { seed: 3, trainReviews: 20, lmReviews: 10, testReviews: 10 });
    expect(
      splitImdb(ALL.toReversed(), { seed: 3, trainReviews: 20, lmReviews: 10, testReviews: 10 }),
    ).toEqual(split);
    const other = splitImdb(ALL, { seed: 4, trainReviews: 20, lmReviews: 10, testReviews: 10 });
    for (const set of ['train', 'lm', 'test'] as const) expect(ids(other[set])).not.toEqual(ids(split[set]));
  });

  it('holds these reviews for seed 1, on every machine', () => {
    const split = splitImdb(ALL, { seed: 1, trainReviews: 4, lmReviews: 2, testReviews: 2 });
    expect(ids([...split.train, ...split.lm, ...split.test])).toMatchInlineSnapshot(`
      [
        "train/neg/4_0.txt",
        "train/pos/39_0.txt",
        "train/neg/21_0.txt",
        "train/pos/48_0.txt",
        "train/unsup/286_0.txt",
        "train/unsup/22_0.txt",
        "test/neg/2_0.txt",
        "test/pos/45_0.txt",
      ]
    `);
  });

  it.each([
    [{ trainReviews: 202 }, /trainReviews: 202 requested, but there are 200 balanced train reviews/],
    [{ trainReviews: 7 }, /trainReviews: 7 is odd but each class gets half; ask for 8/],
    [{ trainReviews: -2 }, /trainReviews is -2; it must be an integer from 0/],
    [{ trainReviews: 2.5 }, /trainReviews is 2.5; it must be an integer from 0/],
    [{ lmReviews: 301 }, /lmReviews: 301 requested, but there are 300 reviews without a label/],
    [
      { lmFrom: 'train-and-unsup', lmReviews: 501 } as const,
      /lmReviews: 501 requested, but there are 500 reviews of training/,
    ],
    [{ testReviews: 82 }, /testReviews: 82 requested, but there are 80 balanced test reviews/],
    [{ validationShare: 1 }, /validationShare is 1; it must be from 0 to below 1/],
    [{ validationShare: NaN }, /validationShare is NaN; it must be from 0 to below 1/],
  ])('refuses %j', (options, message) => {
    expect(() => splitImdb(ALL, { seed: 1, ...options })).toThrow(message);
  });
});
