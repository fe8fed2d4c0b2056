import { UlmfitError } from '@ulmfit/errors';

/** The element types of files and the array that holds them here. Half floats are kept as their bits. */
export interface DtypeArrays {
  F64: Float64Array;
  F32: Float32Array;
  F16: Uint16Array;
  BF16: Uint16Array;
  I64: BigInt64Array;
  U64: BigUint64Array;
  I32: Int32Array;
  U32: Uint32Array;
  I16: Int16Array;
  U16: Uint16Array;
  I8: Int8Array;
  U8: Uint8Array;
  BOOL: Uint8Array;
}

/** An element type, by safetensors' name. */
export type Dtype = keyof DtypeArrays;

/** A tensor of one type as it stands in a file. */
export interface RawTensorOf<D extends Dtype> {
  readonly dtype: D;
  readonly shape: readonly number[];
  /** Row by row. */
  readonly data: DtypeArrays[D];
}

/** A tensor as it stands in a file: row-major values of one type, nothing converted. */
export type RawTensor = { [D in Dtype]: RawTensorOf<D> }[Dtype];

/** Bytes an element. */
export const dtypeBytes: Readonly<Record<Dtype, number>> = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

export const isDtype = (name: unknown): name is Dtype =>
  typeof name === 'string' && Object.hasOwn(dtypeBytes, name);

/** The elements of a shape, or `undefined` where it is no shape or holds more than 2^53 - 1. */
export function sizeOf(shape: unknown): number | undefined {
  if (!Array.isArray(shape)) return undefined;
  let size = 1n;
  for (const d of shape as unknown[]) {
    if (typeof d !== 'number' || !Number.isSafeInteger(d) || d < 0) return undefined;
    size *= BigInt(d);
    // An empty dimension after a huge one is still a shape that nobody means.
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  }
  return Number(size);
}

/** `[30, 6]`, for messages. */
export const showShape = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/**
 * A tensor from little-endian bytes, which are copied.
 * @param bytes exactly as many as shape and type ask for: the caller has checked
 */
export function rawTensor(dtype: Dtype, shape: readonly number[], bytes: Uint8Array): RawTensor {
  requireLittleEndian();
  const data = new arrays[dtype](new Uint8Array(bytes).buffer);
  return { dtype, shape, data } as RawTensor;
}

/** The little-endian bytes of a tensor, not copied. */
export function rawBytes({ data }: RawTensor): Uint8Array {
  requireLittleEndian();
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

const arrays = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} satisfies Record<Dtype, unknown>;

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function requireLittleEndian(): void {
  if (!isLittleEndian) {
    throw new UlmfitError('UNSUPPORTED_PLATFORM', 'tensor files are little-endian and this machine is not');
  }
}
