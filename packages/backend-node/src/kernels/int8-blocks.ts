import type { Int8Rows } from '@ulmfit/kernels';

/** Units of a block, and columns that are multiplied at once: as the native kernel reads them. */
const [UNITS, COLUMNS, GATES] = [16, 4, 4];
/** What is added to the numbers that a row is multiplied by, where bytes without a sign are multiplied. */
const OFFSET = 2 ** 15;

/**
 * A weight `[4 * units, columns]` of an int8 LSTM layer as the native kernel reads it, in words of 4 bytes: blocks of 16 units
 * `[blocks][columns / 4][gate][unit]`, each word the whole numbers of 4 columns, filled up with zeros; then a scale for each
 * `[block][gate][unit]`; then for each the sum of the row's numbers times 2^15; then the range.
 */
export function int8Blocks({ values, scales, range }: Int8Rows, columns: number): Int32Array {
  const units = scales.length / GATES;
  const blocks = Math.ceil(units / UNITS);
  const depth = Math.ceil(columns / COLUMNS);
  const words = blocks * depth * GATES * UNITS;
  const packed = new Int32Array(words + 2 * blocks * GATES * UNITS + 1);
  const bytes = new Int8Array(packed.buffer);
  const floats = new Float32Array(packed.buffer);
  for (let row = 0; row < scales.length; row++) {
    const [gate, unit] = [Math.floor(row / units), row % units];
    const [block, lane] = [Math.floor(unit / UNITS), unit % UNITS];
    const place = gate * UNITS + lane;
    let sum = 0;
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column] as number;
      sum += value;
      const group = Math.floor(column / COLUMNS);
      const word = (block * depth + group) * GATES * UNITS + place;
      bytes[word * 4 + (column % COLUMNS)] = value;
    }
    const beside = block * GATES * UNITS + place;
    floats[words + beside] = (scales[row] as number) / range;
    packed[words + blocks * GATES * UNITS + beside] = sum * OFFSET;
  }
  floats[packed.length - 1] = range;
  return packed;
}
