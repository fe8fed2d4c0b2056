import { describe, expect, it } from 'vitest';
import type { Points } from './points.js';
import { smooth } from './smooth.js';

const line = (count: number, value: (i: number) => number): Points =>
  Array.from({ length: count }, (_, i) => [i + 1, value(i)] as const);

describe('smooth', () => {
  it('is the debiased mean of fastai’s recorder where there are many steps', () => {
    const values = (i: number) => Math.sin(i) + i / 500;
    let [mean, weight] = [0, 0];
    smooth(line(1500, values)).forEach(([step, value], i) => {
      mean = 0.98 * mean + 0.02 * values(i);
      weight = 0.98 * weight + 0.02;
      expect(step).toBe(i + 1);
      expect(value).toBeCloseTo(mean / weight, 9);
    });
  });

  it('follows sooner where there are few', () => {
    const step = smooth(line(60, (i) => (i < 30 ? 1 : 0)));
    expect(step[29]?.[1]).toBeCloseTo(1, 12);
    expect(step[35]?.[1]).toBeLessThan(0.05);
    expect(smooth(line(10, (i) => i))).toEqual(line(10, (i) => i));
  });

  it('leaves a gap where there is no number, and goes on after it', () => {
    const gap = smooth(line(90, (i) => (i >= 40 && i < 50 ? NaN : 7)));
    gap.forEach(([, value], i) => {
      if (i >= 40 && i < 50) expect(value).toBeNaN();
      else expect(value).toBeCloseTo(7, 12);
    });
  });
});
