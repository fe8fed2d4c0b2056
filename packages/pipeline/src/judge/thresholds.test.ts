import { describe, expect, it } from 'vitest';
import { chooseThresholds } from './thresholds.js';

/** Two hundred texts; the first class is found at 0.2, the second at 0.8, the third is never there. */
const rows = Array.from({ length: 200 }, (_, i) => [(i % 10) / 10 + 0.05, (i % 10) / 10 + 0.05, 0.3]);
const truth = rows.map((_, i) => [...(i % 10 >= 2 ? [0] : []), ...(i % 10 >= 8 ? [1] : [])]);

describe('chooseThresholds', () => {
  it('finds the best cut of each class, in the middle of its neighbours', () => {
    const [first = NaN, second = NaN, third = NaN] = chooseThresholds(rows, truth);
    expect(first).toBeGreaterThan(0.15);
    expect(first).toBeLessThan(0.25);
    expect(second).toBeGreaterThan(0.7);
    expect(second).toBeLessThan(0.85);
    // Without a positive it is that of all classes together.
    expect(third).toBeGreaterThan(first);
    expect(third).toBeLessThan(second);
  });

  it('goes but half of the way that one positive shows', () => {
    const rare = chooseThresholds(
      rows.map(([p = 0]) => [p, p === 0.05 ? 0.01 : 0]),
      truth.map(([label], i) => [...(label === 0 ? [0] : []), ...(i === 0 ? [1] : [])]),
    );
    // The best cut is 0.005, and that of all classes about 0.2.
    expect(rare[1]).toBeGreaterThan(0.02);
    expect(rare[1]).toBeLessThan(0.1);
  });

  it('is 0.5 where there is nothing to choose by', () => {
    expect(chooseThresholds([[0.1, 0.9]], [[]])).toEqual([0.5, 0.5]);
    expect(chooseThresholds([[NaN, NaN]], [[0]])).toEqual([0.5, 0.5]);
    expect(chooseThresholds([], [])).toEqual([]);
  });
});
