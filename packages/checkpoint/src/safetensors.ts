import { brief, showName, UlmfitError } from '@ulmfit/errors';
import { type FileSystem, nodeFileSystem, readFile, writeAtomically } from '@ulmfit/files/portable';
import type { Tensor } from '@tensorflow/tfjs-core';
import { dtypeBytes, isDtype, rawBytes, rawTensor, showShape, sizeOf, type RawTensor } from './raw-tensor.js';
import { rawFromTensors, tensorsFromRaw } from './tensor-conversion.js';
import { duplicateKey } from './unique-keys.js';

// The format: https://huggingface.co/docs/safetensors, "Format". An 8-byte length, a JSON header, then the values.

/** The reference implementation's own limit. */
const MAX_HEADER = 100_000_000;
const METADATA = '__metadata__';

/** What a safetensors file holds. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, RawTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a safetensors file whole. Nothing in it is trusted: every length is checked against the bytes that are there
 * before anything is allocated.
 * @param source the bytes or, in Node, a path
 * @param label what to call the bytes in messages
 * @throws UlmfitError `BAD_SAFETENSORS`, `FILE_ERROR`
 * @example
 * const { tensors, metadata } = readSafetensors('model.safetensors');
 * for (const [name, { dtype, shape }] of tensors) console.log(name, dtype, shape, metadata);
 */
export function readSafetensors(source: Uint8Array | string, label = 'the safetensors bytes'): Safetensors {
  return typeof source === 'string' ? parse(readFile(source), source) : parse(source, label);
}

/**
 * The bytes of a safetensors file: tensors by falling element size, then by name, so that all are aligned and the same
 * tensors give the same bytes.
 * @throws UlmfitError `BAD_TENSOR` where a tensor's values and shape disagree
 * @example
 * const bytes = serializeSafetensors(rawFromTensors({ weight: ones([2, 3]) }), { format: 'tfjs' });
 * readSafetensors(bytes).metadata; // { format: 'tfjs' }
 */
export function serializeSafetensors(
  tensors: ReadonlyMap<string, RawTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = [...tensors].sort(
    ([a, x], [b, y]) => dtypeBytes[y.dtype] - dtypeBytes[x.dtype] || (a < b ? -1 : 1),
  );
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  let end = 0;
  for (const [name, tensor] of entries) {
    const { dtype, shape, data } = tensor;
    if (name === METADATA) throw new UlmfitError('BAD_TENSOR', `no tensor can be named ${METADATA}`);
    if (sizeOf(shape) !== data.length) {
      throw new UlmfitError(
        'BAD_TENSOR',
        `${showName(name)}: ${data.length} values for the shape ${showShape(shape)}`,
      );
    }
    header.push([name, { dtype, shape, data_offsets: [end, end + data.byteLength] }]);
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const length = Math.ceil(json.length / 8) * 8;
  if (length > MAX_HEADER) {
    throw new UlmfitError(
      'BAD_TENSOR',
      `names and metadata fill ${length} bytes; the limit is ${MAX_HEADER}`,
    );
  }
  const bytes = new Uint8Array(8 + length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length);
  bytes.set(json, 8);
  let at = 8 + length;
  for (const [, tensor] of entries) {
    bytes.set(rawBytes(tensor), at);
    at += tensor.data.byteLength;
  }
  return bytes;
}

/**
 * Writes a safetensors file whole or not at all.
 * @throws UlmfitError `BAD_TENSOR`, `FILE_ERROR`
 * @example
 * writeSafetensors('weights.safetensors', rawFromTensors({ weight: ones([2, 3]) }));
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, RawTensor>,
  options: { metadata?: Readonly<Record<string, string>>; files?: FileSystem } = {},
): void {
  writeAtomically(path, serializeSafetensors(tensors, options.metadata), options.files ?? nodeFileSystem);
}

/**
 * Reads a safetensors file into tensors of float32, int32 and bool, which the caller owns.
 * @see tensorsFromRaw for what becomes of other types
 * @throws UlmfitError `BAD_SAFETENSORS`, `FILE_ERROR`, `VALUE_OUT_OF_RANGE`
 * @example
 * const { weight } = tensorsFromSafetensors(tensorsToSafetensors({ weight: ones([2, 3]) }));
 * weight?.shape; // [2, 3]
 */
export function tensorsFromSafetensors(source: Uint8Array | string, label?: string): Record<string, Tensor> {
  return tensorsFromRaw(readSafetensors(source, label).tensors);
}

/**
 * The bytes of a safetensors file with these tensors: float32, int32 and bool as they are.
 * @throws UlmfitError `BAD_TENSOR` for any other type
 * @example
 * const bytes = tensorsToSafetensors({ weight: ones([2, 3]) }, { step: '100' });
 */
export function tensorsToSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  return serializeSafetensors(rawFromTensors(tensors), metadata);
}

interface Entry {
  readonly name: string;
  readonly tensor: unknown;
}

interface Located {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  make(values: Uint8Array): RawTensor;
}

function parse(bytes: Uint8Array, label: string): Safetensors {
  const fail = (what: string) => new UlmfitError('BAD_SAFETENSORS', `${label}: ${what}`);
  const { entries, metadata, start } = parseHeader(bytes, fail);
  const values = bytes.subarray(start);
  const located = entries.map((entry) => locate(entry, values.length, fail));
  located.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of located) {
    if (begin !== at) {
      throw fail(
        `${showName(name)} begins at byte ${begin} of the values, expected ${at}: tensors overlap or leave a gap`,
      );
    }
    at = end;
  }
  if (at !== values.length) {
    throw fail(`the tensors end at byte ${at} of the values and ${values.length} are there`);
  }
  const tensors = new Map(
    located.map(({ name, begin, end, make }) => [name, make(values.subarray(begin, end))]),
  );
  for (const [name, { dtype, data }] of tensors) {
    if (dtype === 'BOOL' && data.some((v) => v > 1))
      throw fail(`${showName(name)}: a value of BOOL is neither 0 nor 1`);
  }
  return { tensors, metadata };
}

type Fail = (what: string) => UlmfitError;

function parseHeader(bytes: Uint8Array, fail: Fail) {
  if (bytes.length < 8) throw fail(`${bytes.length} bytes are too few for a safetensors file`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER)) {
    throw fail(
      `a header of ${length} bytes is above the limit of ${MAX_HEADER}; is this a safetensors file?`,
    );
  }
  const start = 8 + Number(length);
  if (start > bytes.length) {
    throw fail(
      `the header asks for ${length} bytes and ${bytes.length - 8} are there: the file is cut short`,
    );
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, start));
  } catch {
    throw fail('the header is not UTF-8');
  }
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw fail('the header is not JSON');
  }
  if (!isRecord(header)) throw fail('the header is not a JSON object');
  const twice = duplicateKey(text);
  if (twice !== undefined) throw fail(`${brief(twice)} appears twice in the header`);
  const metadata = Object.hasOwn(header, METADATA) ? header[METADATA] : {};
  if (!isRecord(metadata) || !Object.values(metadata).every((v) => typeof v === 'string')) {
    throw fail(`${METADATA} is not a map from text to text`);
  }
  const entries = Object.entries(header).flatMap(([name, tensor]): Entry[] =>
    name === METADATA ? [] : [{ name, tensor }],
  );
  return { entries, metadata: metadata as Record<string, string>, start };
}

/** Checks one tensor's entry by arithmetic alone. */
function locate({ name, tensor }: Entry, available: number, fail: Fail): Located {
  if (!isRecord(tensor) || Object.keys(tensor).sort().join() !== 'data_offsets,dtype,shape') {
    throw fail(`${showName(name)}: an entry must have exactly dtype, shape and data_offsets`);
  }
  const { dtype, shape, data_offsets: offsets } = tensor;
  if (!isDtype(dtype)) {
    throw fail(
      `${showName(name)}: unknown type ${brief(dtype)}; known: ${Object.keys(dtypeBytes).join(', ')}`,
    );
  }
  const size = sizeOf(shape);
  if (size === undefined) throw fail(`${showName(name)}: ${brief(shape)} is no shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every((o) => Number.isSafeInteger(o))) {
    throw fail(`${showName(name)}: data_offsets is ${brief(offsets)}, expected [begin, end]`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin < 0 || end < begin || end > available) {
    throw fail(`${showName(name)}: bytes ${begin} to ${end} of the values, of which there are ${available}`);
  }
  if (end - begin !== size * dtypeBytes[dtype]) {
    throw fail(
      `${showName(name)}: ${dtype} ${brief(shape)} takes ${size * dtypeBytes[dtype]} bytes, its offsets span ${end - begin}`,
    );
  }
  return { name, begin, end, make: (values) => rawTensor(dtype, shape as number[], values) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
