import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { philox, randomWords } from './philox.js';
import { permutation } from './permutation.js';
import { randomKey } from './random-key.js';
import { normalValues, uniformValues } from './random-values.js';

const hex = (words: readonly number[]) => words.map((w) => w.toString(16).padStart(8, '0')).join(' ');

describe('philox', () => {
  // The known-answer vectors of the Random123 distribution for philox4x32-10.
  it('gives the published vectors', () => {
    const f = 0xffffffff;
    expect(hex(philox([0, 0, 0, 0], [0, 0]))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    expect(hex(philox([f, f, f, f], [f, f]))).toBe('408f276d 41c83b0e a20bc7c6 6d5451fd');
    expect(hex(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]))).toBe(
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    );
  });

  it('gives a shorter draw as the beginning of a longer one', () => {
    const key = randomKey({ seed: 3, stream: 'prefix', step: 5 });
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), (a, b) => {
        const [short, long] = a < b ? [a, b] : [b, a];
        expect(randomWords(long, key).subarray(0, short)).toEqual(randomWords(short, key));
      }),
      { seed: 1 },
    );
  });

  it('gives other numbers for any other coordinate', () => {
    const base = { seed: 1, stage: 'a', stream: 'b', step: 1, microBatch: 1, call: 1 };
    const first = (over: Partial<typeof base>) => randomWords(4, randomKey({ ...base, ...over })).join();
    const all = [
      {},
      { seed: 2 },
      { stage: 'c' },
      { stream: 'c' },
      { step: 2 },
      { microBatch: 2 },
      { call: 2 },
    ];
    expect(new Set(all.map(first)).size).toBe(all.length);
  });

  it('refuses a seed that is no 32-bit integer', () => {
    expect(() => randomKey({ seed: 1.5, stream: 'x' })).toThrow(
      'seed is 1.5; it must be an integer from 0 to 4294967295',
    );
  });
});

describe('permutation', () => {
  it('holds every index once', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(1000), (n, seed) => {
        const order = permutation(n, randomKey({ seed, stream: 'shuffle' }));
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
      { seed: 1 },
    );
  });
});

describe('uniformValues and normalValues', () => {
  it('have the moments of their distributions', () => {
    const u = uniformValues(20_000, -1, 3, randomKey({ seed: 1, stream: 'u' }));
    const mean = u.reduce((a, b) => a + b, 0) / u.length;
    expect(mean).toBeCloseTo(1, 1);
    expect(Math.min(...u)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...u)).toBeLessThan(3);
    const z = normalValues(20_000, randomKey({ seed: 1, stream: 'z' }));
    expect(z.reduce((a, b) => a + b, 0) / z.length).toBeCloseTo(0, 1);
    expect(z.reduce((a, b) => a + b * b, 0) / z.length).toBeCloseTo(1, 1);
  });
});
