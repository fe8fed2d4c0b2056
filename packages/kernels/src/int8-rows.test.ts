import { describe, expect, it } from 'vitest';
import { int8Rows } from './int8-rows.js';

describe('the rows of an int8 model', () => {
  const [rows, columns] = [3, 70];
  const whole = (row: number, column: number) =>
    row === 1 ? 0 : column === 0 ? 127 : ((row + 37 * column) % 255) - 127;
  const scales = [0.003, 0, 1.7e-5];
  const matrix = Float32Array.from(
    { length: rows * columns },
    (_, at) =>
      whole(Math.floor(at / columns), at % columns) * Math.fround(scales[Math.floor(at / columns)] ?? NaN),
  );

  it('are whole numbers and scales', () => {
    const found = int8Rows(matrix, rows, columns);
    const expected = Array.from({ length: rows * columns }, (_, at) =>
      whole(Math.floor(at / columns), at % columns),
    );
    expect([...(found?.values ?? [])]).toEqual(expected);
    expect([...(found?.scales ?? [])].map((x) => x.toPrecision(6))).toEqual(
      scales.map((x) => x.toPrecision(6)),
    );
    expect(found?.range).toBe(32_767);
  });

  it('are multiplied by smaller numbers where a sum of products would exceed 32 bits', () => {
    const range = int8Rows(new Float32Array(2 * 1000).fill(1), 2, 1000)?.range ?? NaN;
    expect(range).toBe(16_909);
    expect(range * 127 * 1000).toBeLessThan(2 ** 31);
  });

  it('are nothing that is rounded more than in its last digits, or not finite', () => {
    for (const by of [1.00001, NaN, Infinity]) {
      const other = matrix.slice();
      other[5] = (other[5] ?? NaN) * by;
      expect(int8Rows(other, rows, columns)).toBeUndefined();
    }
  });
});
