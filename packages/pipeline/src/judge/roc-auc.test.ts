import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rocAuc } from './roc-auc.js';

describe('rocAuc', () => {
  const scores = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 30 });

  it('is the share of pairs that are in order, equal ones counting half', () => {
    expect(rocAuc([0.9, 0.4], [0.4, 0.1])).toBe(3.5 / 4);
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        const wins = positives.flatMap((p) =>
          negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0) as number),
        );
        expect(rocAuc(positives, negatives)).toBeCloseTo(wins.reduce((a, b) => a + b, 0) / wins.length, 12);
      }),
    );
  });

  it('is the complement for reversed scores', () => {
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        const reversed = rocAuc(
          positives.map((p) => -p),
          negatives.map((n) => -n),
        );
        expect(reversed).toBeCloseTo(1 - rocAuc(positives, negatives), 12);
      }),
    );
  });

  it('has no value where one kind is missing or a score is no number', () => {
    expect(rocAuc([], [1])).toBeNaN();
    expect(rocAuc([1], [])).toBeNaN();
    expect(rocAuc([1, NaN], [0])).toBeNaN();
  });
});
