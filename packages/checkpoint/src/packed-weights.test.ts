import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packWeights, unpackWeights } from './packed-weights.js';
import type { RawTensor } from './raw-tensor.js';

const matrix = (rows: number, columns: number, values: readonly number[]): RawTensor => ({
  dtype: 'F32',
  shape: [rows, columns],
  data: Float32Array.from(values),
});
const bias: RawTensor = { dtype: 'F32', shape: [2], data: Float32Array.of(0.1, -3e8) };
const back = (name: string, weights: ReadonlyMap<string, RawTensor>) => weights.get(name)?.data;

describe('int8', () => {
  it('keeps a matrix within half a step of its row, and all else as it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 45, maxLength: 45 }),
        (rows, columns, values) => {
          const m = matrix(rows, columns, values.slice(0, rows * columns));
          const packed = packWeights(new Map([['m', m], ['b', bias]]), 'int8'); // prettier-ignore
          expect(packed.get('m')?.dtype).toBe('I8');
          const unpacked = unpackWeights(packed, 'x');
          expect([...unpacked.keys()].sort()).toEqual(['b', 'm']);
          expect(back('b', unpacked)).toEqual(bias.data);
          for (let row = 0; row < rows; row++) {
            const own = [...m.data.slice(row * columns, (row + 1) * columns)].map(Number);
            const step = Math.max(...own.map(Math.abs)) / 127;
            own.forEach((value, i) => {
              const found = Number(back('m', unpacked)?.[row * columns + i]);
              expect(Math.abs(found - value)).toBeLessThanOrEqual(step * 0.5001 + 1e-30);
            });
          }
        },
      ),
      { seed: 4, numRuns: 60 },
    );
  });

  it('gives the same bytes of what it has unpacked', () => {
    const once = packWeights(new Map([['m', matrix(2, 3, [1, -2, 0.3, 0, 0, 0])]]), 'int8');
    const twice = packWeights(unpackWeights(once, 'x'), 'int8');
    expect(twice).toEqual(once);
  });

  it.each<[string, (packed: Map<string, RawTensor>) => void, RegExp]>([
    ['no scales', (p) => p.delete('m:scale'), /m has no 2 scales/],
    [
      'too few scales',
      (p) => p.set('m:scale', { ...bias, shape: [1], data: Float32Array.of(1) }),
      /no 2 scales/,
    ],
    [
      'a scale that is none',
      (p) => p.set('m:scale', { ...bias, data: Float32Array.of(1, NaN) }),
      /m:scale holds NaN/,
    ],
    ['scales of nothing', (p) => p.set('n:scale', bias), /n:scale is of no int8 matrix/],
    [
      'int8 of one dimension',
      (p) => p.set('m', { dtype: 'I8', shape: [2], data: Int8Array.of(1, 2) }),
      /1 dimensions/,
    ],
  ])('refuses %s', (_, spoil, message) => {
    const packed = packWeights(new Map([['m', matrix(2, 1, [1, 2])]]), 'int8');
    spoil(packed);
    expect(() => unpackWeights(packed, 'weights.safetensors')).toThrow(message);
  });
});

it('refuses weights that a format cannot hold', () => {
  const weights = (value: number) => new Map([['m', matrix(1, 2, [1, value])]]);
  expect(() => packWeights(weights(1e6), 'float16')).toThrow(
    /m holds a weight that float16 cannot hold; use float32/,
  );
  expect(() => packWeights(weights(Infinity), 'int8')).toThrow(/int8 cannot hold/);
});
