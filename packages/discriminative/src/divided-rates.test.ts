import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dividedRates, slicedRates } from './divided-rates.js';

const count = fc.integer({ min: 1, max: 12 });
const rate = fc.double({ min: 1e-7, max: 10, noNaN: true });

describe('dividedRates', () => {
  it('gives the top group the rate, and each below 2.6 times less', () => {
    expect(dividedRates(3, 0.01)).toEqual([0.01 / 2.6 ** 2, 0.01 / 2.6, 0.01]);
    expect(dividedRates(2, 0.01, 1)).toEqual([0.01, 0.01]);
  });

  it('refuses what is not above 0', () => {
    expect(() => dividedRates(3, 0)).toThrow('dividedRates: lr is 0; it must be a finite number above 0');
    expect(() => dividedRates(3, 1, -2)).toThrow('divisor is -2');
    expect(() => slicedRates(3, NaN, 1)).toThrow('slicedRates: a rate is NaN');
  });
});

describe('slicedRates', () => {
  it('is geometric from low to high', () => {
    fc.assert(
      fc.property(count, rate, rate, (n, low, high) => {
        const rates = slicedRates(n, low, high);
        expect(rates).toHaveLength(n);
        expect(rates.at(-1)).toBe(high);
        if (n === 1) return;
        expect(rates[0]).toBe(low);
        const factor = (high / low) ** (1 / (n - 1));
        for (let i = 1; i < n; i++) {
          expect((rates[i] as number) / (rates[i - 1] as number) / factor).toBeCloseTo(1, 9);
        }
      }),
      { seed: 7 },
    );
  });

  it('is the division by 2.6 where the range is that wide', () => {
    fc.assert(
      fc.property(count, rate, (n, high) => {
        const divided = dividedRates(n, high);
        slicedRates(n, high / 2.6 ** (n - 1), high).forEach((r, i) => {
          expect(r / (divided[i] as number)).toBeCloseTo(1, 9);
        });
      }),
      { seed: 7 },
    );
  });

  it('of one value: a tenth for all but the top group', () => {
    expect(slicedRates(3, 0.5)).toEqual([0.05, 0.05, 0.5]);
    expect(slicedRates(1, 0.5)).toEqual([0.5]);
  });
});
