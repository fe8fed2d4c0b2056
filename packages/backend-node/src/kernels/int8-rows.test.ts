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

  it('are whole numbers as bfloat16, 32 together by halves of words, and the scales', () => {
    const packed = int8Rows(matrix, rows, columns) ?? new Int32Array();
    expect(packed).toHaveLength(rows * 48 + rows);
    const high = (word: number) => new Float32Array(Int32Array.of(word & 0xffff0000).buffer)[0];
    const low = (word: number) => new Float32Array(Int32Array.of(word << 16).buffer)[0];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < 96; column++) {
        const word = packed[row * 48 + Math.floor(column / 32) * 16 + (column % 16)] ?? NaN;
        const value = column % 32 < 16 ? low(word) : high(word);
        expect(value, `${row}, ${column}`).toBe(column < columns ? whole(row, column) : 0);
      }
    }
    expect([...new Float32Array(packed.buffer, rows * 48 * 4)].map((x) => x.toPrecision(6))).toEqual(
      scales.map((x) => x.toPrecision(6)),
    );
  });

  it('are nothing that is rounded more than in its last digits, not finite, or small', () => {
    for (const by of [1.00001, NaN, Infinity]) {
      const other = matrix.slice();
      other[5] = (other[5] ?? NaN) * by;
      expect(int8Rows(other, rows, columns)).toBeUndefined();
    }
    expect(int8Rows(new Float32Array(6), 2, 3)).toBeUndefined();
  });
});
