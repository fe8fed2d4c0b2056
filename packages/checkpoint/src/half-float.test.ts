import fc from 'fast-check';
import { expect, it } from 'vitest';
import { halfFromNumber, halfToNumber } from './half-float.js';

const every = Array.from({ length: 0x10000 }, (_, bits) => bits);
const isNumber = (bits: number) => !Number.isNaN(halfToNumber(bits));

it('brings every half float back', () => {
  expect(every.filter((bits) => isNumber(bits) && halfFromNumber(halfToNumber(bits)) !== bits)).toEqual([]);
  expect(halfToNumber(halfFromNumber(NaN))).toBeNaN();
});

it('takes the nearest, and of two equally near the even one', () => {
  const steps = every.slice(0, 0x7c00);
  for (const bits of steps) {
    const [low, high] = [halfToNumber(bits), bits === 0x7bff ? 65536 : halfToNumber(bits + 1)];
    const middle = (low + high) / 2;
    const even = bits % 2 === 0 ? bits : bits + 1;
    const near = (x: number) => [halfFromNumber(x), halfFromNumber(-x) - 0x8000];
    if (near(middle).some((found) => found !== even))
      expect([bits, ...near(middle)]).toEqual([even, even, even]);
    const [below, above] = [middle - (high - low) / 1e6, middle + (high - low) / 1e6];
    if (halfFromNumber(below) !== bits || halfFromNumber(above) !== bits + 1)
      expect([halfFromNumber(below), halfFromNumber(above)]).toEqual([bits, bits + 1]);
  }
});

it('is off by 1 in 2048 at most', () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -14, max: 65504, noNaN: true }), (x) => {
      expect(Math.abs(halfToNumber(halfFromNumber(x)) - x)).toBeLessThanOrEqual(x / 2048);
    }),
    { seed: 3 },
  );
});
