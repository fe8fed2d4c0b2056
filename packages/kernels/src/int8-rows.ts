/** How far a product of a whole number and a scale may be from a float32: some of its last digits. */
const LAST_DIGITS = 2 ** -21;
/** The greatest number of 16 bits, and of 32. */
const [GREATEST_16, GREATEST_32] = [2 ** 15 - 1, 2 ** 31 - 1];

/** A matrix of whole numbers from -127 to 127 with a scale for each row. */
export interface Int8Rows {
  /** `[rows, columns]`, row by row. */
  readonly values: Int8Array;
  /** `[rows]` */
  readonly scales: Float32Array;
  /**
   * The greatest whole numbers that a row may be multiplied by: of 16 bits, and such that no inner product exceeds 32 bits.
   */
  readonly range: number;
}

/**
 * The whole numbers of a matrix that was dequantized by row, as those of an int8 model are: each row is its greatest element over 127
 * times whole numbers. Undefined for any other matrix, which takes a look at its first rows.
 * @param matrix `[rows, columns]`, row by row
 * @example
 * int8Rows(Float32Array.of(0.5, -1.27, 0, 2.54), 2, 2); // { values: [50, -127, 0, 127], scales: [0.01, 0.02], range: 32767 }
 */
export function int8Rows(matrix: Float32Array, rows: number, columns: number): Int8Rows | undefined {
  const values = new Int8Array(rows * columns);
  const scales = new Float32Array(rows);
  let most = 1;
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    let greatest = 0;
    for (let at = from; at < from + columns; at++)
      greatest = Math.max(greatest, Math.abs(matrix[at] as number));
    const scale = Math.fround(greatest / 127);
    if (!Number.isFinite(scale)) return undefined;
    scales[row] = scale;
    if (greatest === 0) continue;
    let sum = 0;
    for (let at = from; at < from + columns; at++) {
      const value = matrix[at] as number;
      const whole = Math.round(value / scale);
      if (!(Math.abs(whole * scale - value) <= Math.abs(value) * LAST_DIGITS)) return undefined;
      values[at] = whole;
      sum += Math.abs(whole);
    }
    most = Math.max(most, sum);
  }
  return { values, scales, range: Math.min(GREATEST_16, Math.floor(GREATEST_32 / most)) };
}
