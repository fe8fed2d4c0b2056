import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Points } from './points.js';
import { thin } from './thin.js';

const finite = (points: Points) => points.map(([, value]) => value).filter(Number.isFinite);

describe('thin', () => {
  it('keeps few points, in their order, with the lowest and the highest of all', () => {
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(NaN));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 400 }), fc.integer({ min: 2, max: 60 }), (values, most) => {
        const points = values.map((value, i) => [i, value] as const);
        const kept = thin(points, most);
        if (points.length <= most) expect(kept).toBe(points);
        expect(kept.length).toBeLessThanOrEqual(most + 1);
        expect(kept.map(([step]) => step)).toEqual(kept.map(([step]) => step).sort((a, b) => a - b));
        for (const [step, value] of kept) expect(value).toBe(values[step]);
        for (const most of [Math.min, Math.max]) expect(most(...finite(kept))).toBe(most(...finite(points)));
      }),
    );
  });

  it('leaves a gap where a stretch has no number', () => {
    const points = Array.from({ length: 300 }, (_, i) => [i, i >= 100 && i < 200 ? NaN : 1] as const);
    const values = thin(points, 30).map(([, value]) => value);
    expect(values.filter(Number.isNaN).length).toBeGreaterThan(2);
    expect(values[0]).toBe(1);
    expect(values.at(-1)).toBe(1);
  });
});
