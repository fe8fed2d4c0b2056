import { showName, UlmfitError } from '@ulmfit/errors';
import { halfFromNumber } from './half-float.js';
import { sizeOf, type RawTensor } from './raw-tensor.js';

/** How a model's weights are stored. They are float32 in memory, whatever they are in the file. */
export const weightFormats = ['float32', 'float16', 'int8'] as const;
export type WeightFormat = (typeof weightFormats)[number];

/** The name of a matrix's scales, one a row, beside its int8 values. */
const scalesOf = (name: string): string => `${name}:scale`;

/**
 * Float32 tensors in a smaller format. In int8 the matrices are whole numbers from -127 to 127 by a scale for each row (symmetric
 * quantization, Jacob et al. 2018, section 2.1), so that an element is off by half a step at most, 1/254 of the row's greatest; all
 * else, biases and statistics, stays float32, which is little.
 * @throws UlmfitError `VALUE_OUT_OF_RANGE` for what the format can't hold
 */
export function packWeights(
  weights: ReadonlyMap<string, RawTensor>,
  format: WeightFormat,
): Map<string, RawTensor> {
  const packed = new Map<string, RawTensor>();
  for (const [name, tensor] of weights) {
    const { dtype, shape, data } = tensor;
    if (format === 'float32' || dtype !== 'F32') packed.set(name, tensor);
    else if (format === 'float16')
      packed.set(name, { dtype: 'F16', shape, data: Uint16Array.from(data, (x) => half(name, x)) });
    else if (shape.length !== 2) packed.set(name, tensor);
    else {
      const { values, scales } = quantized(name, data, shape);
      packed.set(name, { dtype: 'I8', shape, data: values });
      packed.set(scalesOf(name), { dtype: 'F32', shape: [scales.length], data: scales });
    }
  }
  return packed;
}

/**
 * The tensors of a packed file as they were, but for what packing has rounded.
 * @param label what to call the file in messages
 * @throws UlmfitError `BAD_SAFETENSORS` where scales are missing, of another length, not finite or of nothing
 */
export function unpackWeights(packed: ReadonlyMap<string, RawTensor>, label: string): Map<string, RawTensor> {
  const bad = (name: string, what: string) =>
    new UlmfitError('BAD_SAFETENSORS', `${label}: ${showName(name)} ${what}; copy the model again`);
  const weights = new Map<string, RawTensor>();
  const used = new Set<string>();
  for (const [name, tensor] of packed) {
    const { dtype, shape, data } = tensor;
    if (dtype !== 'I8') {
      if (!name.endsWith(':scale')) weights.set(name, tensor);
      continue;
    }
    const [rows, columns] = shape;
    const scales = packed.get(scalesOf(name));
    if (shape.length !== 2 || rows === undefined || columns === undefined)
      throw bad(name, `is int8 of ${shape.length} dimensions; a matrix has 2`);
    if (scales?.dtype !== 'F32' || scales.shape.length !== 1 || scales.data.length !== rows)
      throw bad(name, `has no ${rows} scales beside it`);
    if (!scales.data.every(Number.isFinite)) throw bad(scalesOf(name), 'holds NaN or an infinity');
    used.add(scalesOf(name));
    const values = new Float32Array(sizeOf(shape) ?? 0);
    for (let row = 0, at = 0; row < rows; row++) {
      const scale = scales.data[row] ?? 0;
      for (let column = 0; column < columns; column++, at++) values[at] = (data[at] ?? 0) * scale;
    }
    weights.set(name, { dtype: 'F32', shape, data: values });
  }
  const stray = [...packed.keys()].find((name) => name.endsWith(':scale') && !used.has(name));
  if (stray !== undefined) throw bad(stray, 'is of no int8 matrix');
  return weights;
}

/** Each row by its greatest element. */
function quantized(name: string, data: Float32Array, [rows = 0, columns = 0]: readonly number[]) {
  const values = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    let greatest = 0;
    for (let at = from; at < from + columns; at++) greatest = Math.max(greatest, Math.abs(data[at] ?? 0));
    if (!Number.isFinite(greatest)) throw outOfRange(name, 'int8');
    const scale = Math.fround(greatest / 127);
    scales[row] = scale;
    if (scale === 0) continue;
    for (let at = from; at < from + columns; at++)
      values[at] = Math.max(-127, Math.min(127, Math.round((data[at] ?? 0) / scale)));
  }
  return { values, scales };
}

function half(name: string, x: number): number {
  const bits = halfFromNumber(x);
  if ((bits & 0x7c00) === 0x7c00) throw outOfRange(name, 'float16');
  return bits;
}

const outOfRange = (name: string, format: WeightFormat) =>
  new UlmfitError(
    'VALUE_OUT_OF_RANGE',
    `${showName(name)} holds a weight that ${format} cannot hold; use float32`,
  );
