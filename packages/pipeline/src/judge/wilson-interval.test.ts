import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilsonInterval } from './wilson-interval.js';

describe('wilsonInterval', () => {
  it('gives the bounds that scipy gives', () => {
    // scipy.stats.binomtest(k, n).proportion_ci(method='wilson')
    for (const [right, count, low, high] of [
      [95, 100, 0.8882495, 0.9784563],
      [0, 10, 0, 0.2775328],
      [4637, 5000, 0.9198749, 0.9342689],
    ] as const) {
      const interval = wilsonInterval(right / count, count);
      expect(interval[0]).toBeCloseTo(low, 6);
      expect(interval[1]).toBeCloseTo(high, 6);
    }
  });

  it('holds the share, within 0 and 1, and shrinks with the count', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, fc.integer({ min: 1, max: 1e6 }), (p, count) => {
        const [low, high] = wilsonInterval(p, count);
        expect(0 <= low && low <= p + 1e-12 && p - 1e-12 <= high && high <= 1).toBe(true);
        const [less, more] = wilsonInterval(p, 4 * count);
        expect(more - less).toBeLessThan(high - low);
      }),
    );
  });
});
