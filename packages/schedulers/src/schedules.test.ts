import { simulate, type Schedule } from '@ulmfit/trainer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byEpoch } from './by-epoch.js';
import { constant, cosine, exponential, linear, polynomial } from './annealing.js';
import { combine } from './combine.js';
import { cosineWarmRestarts } from './cosine-warm-restarts.js';
import { flatCosine } from './flat-cosine.js';
import { oneCycle, oneCycleMomentum } from './one-cycle.js';
import { slantedTriangular } from './slanted-triangular.js';
import { warmup } from './warmup.js';

const seeded = { seed: 7 };
const share = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000);
const steps = fc.integer({ min: 1, max: 400 });
const value = fc.double({ min: 0.01, max: 10, noNaN: true });
const first = { step: 0, steps: 1, epoch: 0, epochs: 1 };
const ends = (schedule: Schedule) => [0, 1].map((progress) => schedule({ ...first, progress }));

describe('annealing', () => {
  it.each([linear, cosine, exponential, (a: number, b: number) => polynomial(a, b, 2)])(
    'goes from start to end and never beyond',
    (make) => {
      fc.assert(
        fc.property(value, value, share, (start, end, progress) => {
          const schedule = make(start, end);
          expect(ends(schedule)[0]).toBeCloseTo(start, 9);
          expect(ends(schedule)[1]).toBeCloseTo(end, 9);
          const between = schedule({ ...first, progress });
          expect(between).toBeGreaterThanOrEqual(Math.min(start, end) - 1e-9);
          expect(between).toBeLessThanOrEqual(Math.max(start, end) + 1e-9);
        }),
        seeded,
      );
    },
  );

  it('refuses an exponential through zero', () => {
    expect(() => exponential(0, 1)).toThrow('exponential: start is 0; it must be a finite number above 0');
  });
});

describe('byEpoch', () => {
  it('changes between epochs alone, and begins and ends as the schedule does over as many steps', () => {
    expect(simulate(byEpoch(linear(1, 0)), 8, { epochs: 4 })).toEqual([
      1, 1, 0.75, 0.75, 0.5, 0.5, 0.25, 0.25,
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (epochs, each) => {
        const values = simulate(byEpoch(cosine(1, 0)), epochs * each, { epochs });
        expect(values).toEqual(simulate(cosine(1, 0), epochs).flatMap((value) => Array(each).fill(value)));
      }),
      seeded,
    );
  });
});

describe('combine', () => {
  it('gives each part its own time', () => {
    const seen: unknown[] = [];
    const spy: Schedule = (at) => seen.push(at);
    simulate(
      combine([
        { share: 0.5, schedule: constant(1) },
        { share: 0.5, schedule: spy },
      ]),
      6,
    );
    expect(seen).toEqual([
      { step: 0, steps: 3, progress: 0, epoch: 0, epochs: 1 },
      { step: 1, steps: 3, progress: expect.closeTo(1 / 3, 6) as number, epoch: 0, epochs: 1 },
      { step: 2, steps: 3, progress: expect.closeTo(2 / 3, 6) as number, epoch: 0, epochs: 1 },
    ]);
  });

  it('keeps local time within the part, whatever the shares', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }), steps, (weights, n) => {
        const whole = weights.reduce((a, b) => a + b, 0);
        fc.pre(whole > 0);
        let visited = 0;
        const check: Schedule = (at) => {
          visited++;
          expect(at.progress).toBeGreaterThanOrEqual(0);
          expect(at.progress).toBeLessThan(1 + 1e-9);
          expect(at.step).toBeGreaterThanOrEqual(0);
          expect(at.step).toBeLessThan(at.steps);
          return 0;
        };
        simulate(combine(weights.map((w) => ({ share: w / whole, schedule: check }))), n);
        expect(visited).toBe(n);
      }),
      seeded,
    );
  });

  it('takes the step that stands on a boundary into the later part, also with rounded shares', () => {
    const halves = combine([
      { share: 0.1, schedule: constant(1) },
      { share: 0.9, schedule: ({ step }) => -step },
    ]);
    expect(simulate(halves, 30).slice(0, 6)).toEqual([1, 1, 1, -0, -1, -2]);
  });

  it('accepts shares that add up to 1 but for rounding, and no others', () => {
    const parts = (...shares: number[]) => shares.map((s) => ({ share: s, schedule: constant(1) }));
    expect(() => combine(parts(0.7, 0.2, 0.1))).not.toThrow();
    expect(() => combine(parts(0.5, 0.4))).toThrow('the shares add up to 0.9; they must add up to 1');
    expect(() => combine(parts(1.5, -0.5))).toThrow('a share is -0.5');
    expect(() => combine([])).toThrow('the shares add up to 0');
  });
});

describe('slantedTriangular', () => {
  it('rises from 1/32 to the peak at the cut', () => {
    const factors = simulate(slantedTriangular(), 100);
    expect(factors[0]).toBe(1 / 32);
    expect(factors[10]).toBe(1);
    expect(factors.indexOf(Math.max(...factors))).toBe(10);
    expect(factors[99]).toBeCloseTo((1 + (1 - 89 / 90) * 31) / 32, 12);
  });

  it('stays between 1/ratio and 1 for any fit, also one shorter than 1/cutFraction', () => {
    fc.assert(
      fc.property(steps, share, fc.double({ min: 1, max: 100, noNaN: true }), (n, cutFraction, ratio) => {
        for (const factor of simulate(slantedTriangular({ cutFraction, ratio }), n)) {
          expect(factor).toBeGreaterThanOrEqual(1 / ratio - 1e-12);
          expect(factor).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
      seeded,
    );
  });

  it('stays at 1/ratio where the fall ends early: 19 steps cut at 1 fall within 9', () => {
    const factors = simulate(slantedTriangular(), 19);
    expect(factors.indexOf(1)).toBe(1);
    expect(factors[9]).toBeGreaterThan(1 / 32);
    expect(factors.slice(10)).toEqual(Array<number>(9).fill(1 / 32));
  });

  it('falls from the peak over the whole fit when the cut is 0', () => {
    expect(simulate(slantedTriangular({ ratio: 5 }), 4)).toEqual([1, 0.8, 0.6, 0.4]);
  });

  it('refuses a share above 1', () => {
    expect(() => slantedTriangular({ cutFraction: 1.1 })).toThrow(
      'slantedTriangular: cutFraction is 1.1; it must be from 0 to 1',
    );
  });
});

describe('policies', () => {
  it('one-cycle: rate and momentum mirror each other', () => {
    const rates = simulate(oneCycle(), 40);
    const momentums = simulate(oneCycleMomentum(), 40);
    expect(rates[0]).toBeCloseTo(1 / 25, 12);
    expect(rates[10]).toBe(1);
    expect([momentums[0], momentums[10]]).toEqual([0.8, 0.7]);
    expect(rates.indexOf(Math.max(...rates))).toBe(momentums.indexOf(Math.min(...momentums)));
  });

  it('one-cycle without a rise, and with nothing else', () => {
    expect(oneCycle({ pctStart: 0 })({ ...first, steps: 10, progress: 0 })).toBe(1);
    expect(oneCycle({ pctStart: 1 })({ ...first, step: 10, steps: 10, progress: 1 })).toBe(1);
  });

  it('flat-cosine is flat, then falls to the end', () => {
    const factors = simulate(flatCosine({ flat: 0.5 }), 10);
    expect(factors.slice(0, 6)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(ends(flatCosine({ divFinal: 100 }))[1]).toBeCloseTo(0.01, 12);
  });

  it('warm restarts start again after 1/7 and 3/7 for three cycles', () => {
    const factors = simulate(cosineWarmRestarts({ cycles: 3 }), 70);
    expect(factors.flatMap((factor, i) => (factor === 1 ? [i] : []))).toEqual([0, 10, 30]);
    expect(() => cosineWarmRestarts({ cycles: 0 })).toThrow('cycles is 0; it must be an integer from 1');
  });

  it('warmup rises to 1 by steps or by share, and wastes no step at 0', () => {
    expect(simulate(warmup({ steps: 4 }), 6)).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
    expect(simulate(warmup({ share: 0.5, from: 0.5 }), 4)).toEqual([0.75, 1, 1, 1]);
    expect(simulate(warmup({ steps: 0 }), 2)).toEqual([1, 1]);
  });
});
