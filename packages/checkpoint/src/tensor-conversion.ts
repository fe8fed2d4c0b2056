import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import { showName, UlmfitError } from '@ulmfit/errors';
import { halfToNumber } from './half-float.js';
import { rawBytes, type RawTensor } from './raw-tensor.js';

/**
 * Tensors of the engine's three types, which the caller owns. F32, F16 and BF16 become float32 without a change of value
 * and F64 is rounded to the nearest float32; integers of every width become int32; BOOL becomes bool.
 * @throws UlmfitError `VALUE_OUT_OF_RANGE` naming the tensor and element where an integer does not fit int32 or a
 * finite F64 not float32; nothing is created then
 * @example
 * const weights = tensorsFromRaw(readSafetensors('model.safetensors').tensors);
 */
export function tensorsFromRaw(raw: ReadonlyMap<string, RawTensor>): Record<string, Tensor> {
  const converted = [...raw].map(([name, r]) => [name, r.shape, convert(name, r)] as const);
  return Object.fromEntries(
    converted.map(([name, shape, { values, dtype }]) => [name, tensor(values, [...shape], dtype)]),
  );
}

/**
 * The values of tensors, read back from the engine.
 * @throws UlmfitError `BAD_TENSOR` for a type other than float32, int32 and bool
 * @example
 * rawFromTensors({ weight: ones([2, 3]) }).get('weight')?.shape; // [2, 3]
 */
export function rawFromTensors(tensors: Readonly<Record<string, Tensor>>): Map<string, RawTensor> {
  return new Map(Object.entries(tensors).map(([name, t]) => [name, rawFromTensor(name, t)]));
}

function rawFromTensor(name: string, t: Tensor): RawTensor {
  const { shape } = t;
  switch (t.dtype) {
    case 'float32':
      return { dtype: 'F32', shape, data: Float32Array.from(t.dataSync<'float32'>()) };
    case 'int32':
      return { dtype: 'I32', shape, data: Int32Array.from(t.dataSync<'int32'>()) };
    case 'bool':
      return { dtype: 'BOOL', shape, data: Uint8Array.from(t.dataSync<'bool'>()) };
    default:
      throw new UlmfitError(
        'BAD_TENSOR',
        `${showName(name)} is of type ${t.dtype}; float32, int32 and bool can be written: cast it first`,
      );
  }
}

type Converted =
  | { values: Float32Array; dtype: 'float32' }
  | { values: Int32Array; dtype: 'int32' }
  | { values: Uint8Array; dtype: 'bool' };

function convert(name: string, { dtype, data }: RawTensor): Converted {
  switch (dtype) {
    case 'F32':
      return { values: data, dtype: 'float32' };
    case 'F64': {
      const values = Float32Array.from(data);
      const lost = values.findIndex((v, i) => !Number.isFinite(v) && Number.isFinite(data[i]));
      if (lost >= 0) throw outOfRange(name, lost, dtype, String(data[lost]), 'float32');
      return { values, dtype: 'float32' };
    }
    case 'F16':
      return { values: Float32Array.from(data, halfToNumber), dtype: 'float32' };
    case 'BF16':
      // The upper half of a float32.
      return {
        values: new Float32Array(Uint32Array.from(data, (bits) => bits << 16).buffer),
        dtype: 'float32',
      };
    case 'I64':
    case 'U64': {
      const lost = data.findIndex((v) => BigInt.asIntN(32, v) !== v);
      if (lost >= 0) throw outOfRange(name, lost, dtype, String(data[lost]), 'int32');
      return { values: Int32Array.from(data as Iterable<bigint>, Number), dtype: 'int32' };
    }
    case 'U32': {
      const lost = data.findIndex((v) => v > 0x7fffffff);
      if (lost >= 0) throw outOfRange(name, lost, dtype, String(data[lost]), 'int32');
      return { values: Int32Array.from(data), dtype: 'int32' };
    }
    case 'BOOL':
      return { values: data, dtype: 'bool' };
    default:
      return { values: Int32Array.from(data), dtype: 'int32' };
  }
}

function outOfRange(name: string, element: number, dtype: string, value: string, to: string): UlmfitError {
  return new UlmfitError(
    'VALUE_OUT_OF_RANGE',
    `${showName(name)}: element ${element} of ${dtype} is ${value}, which ${to} cannot hold`,
  );
}

/** Whether two tensors hold the same type, shape and bits. */
export function sameRaw(a: RawTensor, b: RawTensor): boolean {
  if (a === b) return true;
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false;
  const [x, y] = [rawBytes(a), rawBytes(b)];
  return x.length === y.length && x.every((v, i) => v === y[i]);
}
