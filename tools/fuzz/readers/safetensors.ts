import fc from 'fast-check';
import { serializeSafetensors, tensorsFromSafetensors, type RawTensor } from '@ulmfit/checkpoint';
import { dispose } from '@tensorflow/tfjs-core';
import { joined, utf8 } from '../../../packages/files/src/mutate.test-helper.js';
import type { FuzzedReader } from '../reader.js';
import { realFiles } from '../real-files.js';
import { hostileJson, oddValue } from './hostile-json.js';

const types = ['F64', 'F32', 'F16', 'BF16', 'I64', 'U64', 'I32', 'U32', 'I16', 'U16', 'I8', 'U8', 'BOOL'];

/** A file with this header, of the length it claims. */
function file(header: Uint8Array, values: number, length = BigInt(header.length)): Uint8Array {
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, length, true);
  return joined(size, header, new Uint8Array(values));
}

const size = fc.oneof(
  fc.nat({ max: 4 }),
  fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53 - 1, 1e300),
);
const offset = fc.oneof(fc.integer({ min: -1, max: 64 }), fc.constantFrom(2 ** 31, 2 ** 53, 1e300, 0.5));
const entry = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      dtype: fc.constantFrom(...types, 'F8_E4M3', 'toString', ''),
      shape: fc.array(size, { maxLength: 5 }),
      data_offsets: fc.tuple(offset, offset),
    }),
  },
  // Sound ones, so that what comes after the header is reached.
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...[0, 4, 8, 12].map((begin) => ({
        dtype: 'F32',
        shape: [1],
        data_offsets: [begin, begin + 4],
      })),
    ),
  },
  oddValue,
);
const header = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c', '__proto__', '__metadata__', '7', 'a\nb'), entry), {
    maxLength: 5,
  })
  // Written by hand: a name may stand twice.
  .map((entries) =>
    utf8(`{${entries.map(([name, e]) => `${JSON.stringify(name)}:${JSON.stringify(e)}`).join()}}`),
  );
const claimed = fc.constantFrom(0n, 1n, 50n, 99_999_999n, 100_000_001n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n);

export function safetensorsReader(): FuzzedReader {
  const of = (...tensors: [string, RawTensor][]) => serializeSafetensors(new Map(tensors), { format: 'pt' });
  const entries = (count: number, make: (i: number) => string) =>
    utf8(`{${Array.from({ length: count }, (_, i) => make(i)).join()}}`);
  return {
    name: 'safetensors',
    samples: [
      of(
        ['w', { dtype: 'F32', shape: [5, 7], data: new Float32Array(35).fill(0.5) }],
        ['n', { dtype: 'I64', shape: [], data: BigInt64Array.of(7n) }],
        ['m', { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) }],
        ['h', { dtype: 'BF16', shape: [2, 0], data: new Uint16Array(0) }],
      ),
      ...realFiles(/\.safetensors$/, 20_000),
    ],
    hostile: () => [
      ...hostileJson().map((json) => file(json, 8)),
      file(utf8('{}'), 0, 2n ** 63n),
      ...[[2 ** 40], [2 ** 26, 2 ** 26], [2 ** 53 - 1, 0]].map((shape) =>
        file(utf8(JSON.stringify({ a: { dtype: 'F64', shape, data_offsets: [0, 8] } })), 8),
      ),
      // A hundred thousand tensors of nothing, all on one byte, and one in a million dimensions.
      file(
        entries(100_000, (i) => `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`),
        0,
      ),
      file(
        entries(50_000, (i) => `"${i}":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}`),
        1,
      ),
      file(utf8(`{"a":{"dtype":"U8","shape":[${'1,'.repeat(499_999)}1],"data_offsets":[0,1]}}`), 1),
    ],
    arbitrary: fc
      .tuple(header, fc.constantFrom(0, 1, 4, 8, 12, 16, 64), fc.option(claimed, { freq: 6, nil: undefined }))
      .map(([json, values, length]) => file(json, values, length)),
    read: (bytes) => dispose(tensorsFromSafetensors(bytes, 'w.safetensors')),
  };
}
