import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { integratePath, type PathPoint } from './path-integral.js';

/** A function of the path with the derivative of each of its parts. */
interface Curve {
  value(at: number): number;
  slopes(at: number): number[];
}

const evaluator = (curves: readonly Curve[]) => {
  const asked: number[] = [];
  const evaluate = async (points: readonly number[]): Promise<PathPoint[]> => {
    asked.push(...points);
    return points.map((at) => ({
      values: curves.map((curve) => curve.value(at)),
      slopes: curves.map((curve) => curve.slopes(at)),
    }));
  };
  return { evaluate, asked };
};

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('an integral along a path', () => {
  it('is exact for a straight line, by nine points, and near for a curve', async () => {
    const { evaluate, asked } = evaluator([
      { value: (x) => 5 * x + 2, slopes: () => [2, 3] },
      { value: (x) => x ** 3, slopes: (x) => [3 * x ** 2] },
    ]);
    const { integrals, points } = await integratePath(evaluate, { tolerance: () => 0.01, maxPoints: 100 });
    const [line, curve] = integrals;
    expect(points).toBe(9);
    expect(new Set(asked).size).toBe(9);
    expect(line).toMatchObject({ start: 2, end: 7, isWithin: true });
    expect(Array.from(line!.contributions)).toEqual([2, 3]);
    expect(curve?.contributions[0]).toBeCloseTo(1 + curve!.gap, 12);
    expect(curve).toMatchObject({ start: 0, end: 1, isWithin: true });
  });

  it('halves where a function bends, and nowhere else', async () => {
    const bend = 0.3141;
    const { evaluate, asked } = evaluator([
      { value: (x) => Math.max(0, x - bend), slopes: (x) => [x > bend ? 1 : 0] },
    ]);
    const { integrals, points } = await integratePath(evaluate, { tolerance: () => 1e-4, maxPoints: 400 });
    expect(integrals[0]?.isWithin).toBe(true);
    expect(Math.abs((integrals[0]?.contributions[0] ?? NaN) - (1 - bend))).toBeLessThanOrEqual(1e-4);
    expect(points).toBeLessThan(20);
    expect(asked.filter((at) => Math.abs(at - bend) > 0.13).length).toBeLessThanOrEqual(7);
  });

  it('says what is missing where the points don’t suffice', async () => {
    const wild: Curve = { value: (x) => Math.sin(300 * x), slopes: (x) => [300 * Math.cos(300 * x)] };
    const { evaluate } = evaluator([wild]);
    const { integrals, points } = await integratePath(evaluate, { tolerance: () => 1e-3, maxPoints: 30 });
    expect(points).toBe(30);
    expect(integrals[0]?.isWithin).toBe(false);
    expect(integrals[0]?.gap).toBeGreaterThan(1e-3);
    const more = await integratePath(evaluate, { tolerance: () => 1e-3, maxPoints: 3000 });
    expect(more.integrals[0]?.isWithin).toBe(true);
  });

  it('is within the tolerance for each of several functions, and so is the sum of its parts', async () => {
    const part = fc.tuple(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: 0.1, max: 12, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(part, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
        async (functions) => {
          const tolerance = (difference: number) => 0.01 * Math.max(Math.abs(difference), 0.1);
          // Sums of bends and of smooth steps.
          const curves = functions.map((parts): Curve => ({
            value: (x) => sum(parts.map(([a, b, c]) => a * (Math.tanh(b * (x - c)) + Math.max(0, x - c)))),
            slopes: (x) =>
              parts.map(([a, b, c]) => a * (b * (1 - Math.tanh(b * (x - c)) ** 2) + (x > c ? 1 : 0))),
          }));
          const { integrals } = await integratePath(evaluator(curves).evaluate, {
            tolerance,
            maxPoints: 2000,
          });
          for (const { start, end, contributions, gap, isWithin } of integrals) {
            expect(isWithin).toBe(true);
            expect(Math.abs(sum(contributions) - (end - start))).toBeCloseTo(gap, 9);
            expect(gap).toBeLessThanOrEqual(tolerance(end - start));
          }
        },
      ),
      { seed: 5, numRuns: 60 },
    );
  });
});
