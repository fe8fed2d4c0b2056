/** How far a product of a whole number and a scale may be from a float32: some of its last digits. */
const LAST_DIGITS = 2 ** -21;
/** Numbers of a row that lie together, half of them in the lower halves of words: as the native kernel reads them. */
const GROUP = 32;
const LEAST = 64;

/**
 * A matrix whose rows are whole numbers from -127 to 127 times a scale each, as an int8 model's are, in half the memory: words of two
 * numbers as bfloat16, which holds them as they are, row by row, each filled up with zeros to whole groups; then the rows' scales.
 * Undefined where it is no such matrix, or a small one, which the first cache holds as it is.
 */
export function int8Rows(matrix: Float32Array, rows: number, columns: number): Int32Array | undefined {
  if (columns < LEAST) return undefined;
  const stride = Math.ceil(columns / GROUP) * GROUP;
  const packed = new ArrayBuffer(rows * (2 * stride + 4));
  const halves = new Uint16Array(packed);
  const scales = new Float32Array(packed, rows * 2 * stride);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    let greatest = 0;
    for (let at = from; at < from + columns; at++)
      greatest = Math.max(greatest, Math.abs(matrix[at] as number));
    // The greatest of a row is 127 times its scale.
    const scale = Math.fround(greatest / 127);
    if (!Number.isFinite(scale)) return undefined;
    scales[row] = scale;
    if (greatest === 0) continue;
    for (let column = 0; column < columns; column++) {
      const value = matrix[from + column] as number;
      const whole = Math.round(value / scale);
      if (!(Math.abs(whole * scale - value) <= Math.abs(value) * LAST_DIGITS)) return undefined;
      const place = column % GROUP;
      const word = row * stride + column - place + 2 * (place % (GROUP / 2));
      halves[word + Number(place >= GROUP / 2)] = bfloat16(whole);
    }
  }
  return new Int32Array(packed);
}

const number = new Float32Array(1);
const bits = new Uint32Array(number.buffer);

/** The bits of a number that bfloat16 holds as it is. */
function bfloat16(x: number): number {
  number[0] = x;
  return (bits[0] as number) >>> 16;
}
