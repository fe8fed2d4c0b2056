import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { joined } from '../../files/src/mutate.test-helper.js';
import { dtypeBytes, rawBytes, rawTensor, type Dtype, type RawTensor } from './raw-tensor.js';
import {
  readSafetensors,
  serializeSafetensors,
  tensorsFromSafetensors,
  tensorsToSafetensors,
  writeSafetensors,
} from './safetensors.js';

/** A file with this header, whatever it says. */
function file(header: unknown, values = 0, length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  return joined(size, json, new Uint8Array(values));
}

const entry = (shape: unknown, data_offsets: unknown, dtype = 'F32') => ({ dtype, shape, data_offsets });

const anyTensor: fc.Arbitrary<RawTensor> = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(dtypeBytes) as Dtype[])),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
  })
  .chain(({ dtype, shape }) => {
    const length = shape.reduce((n, d) => n * d, 1) * dtypeBytes[dtype];
    const byte = fc.integer({ min: 0, max: dtype === 'BOOL' ? 1 : 255 });
    return fc
      .array(byte, { minLength: length, maxLength: length })
      .map((bytes) => rawTensor(dtype, shape, Uint8Array.from(bytes)));
  });

const anyName = fc
  .oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', '7', ''))
  .filter((n) => n !== '__metadata__');

describe('safetensors', () => {
  it('gives back every type, shape, name and metadata, bit by bit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyName, anyTensor), { maxLength: 6 }),
        fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
        (entries, metadata) => {
          const tensors = new Map(entries);
          const read = readSafetensors(serializeSafetensors(tensors, metadata));
          expect(new Set(read.tensors.keys())).toEqual(new Set(tensors.keys()));
          for (const [name, t] of tensors) {
            const got = read.tensors.get(name);
            expect(got?.dtype).toBe(t.dtype);
            expect(got?.shape).toEqual(t.shape);
            expect(got && [...rawBytes(got)]).toEqual([...rawBytes(t)]);
          }
          expect(Object.entries(read.metadata)).toEqual(Object.entries(metadata));
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  it('gives the same bytes in whatever order the tensors come', () => {
    const a = rawTensor('I64', [1], new Uint8Array(8));
    const b = rawTensor('U8', [3], Uint8Array.of(1, 2, 3));
    const c = rawTensor('F32', [1], Uint8Array.of(0, 0, 128, 63));
    const one = serializeSafetensors(
      new Map([
        ['a', a],
        ['b', b],
        ['c', c],
      ]),
    );
    const other = serializeSafetensors(
      new Map([
        ['c', c],
        ['b', b],
        ['a', a],
      ]),
    );
    expect([...one]).toEqual([...other]);
  });

  it('gives back float32, int32 and bool tensors of the engine', () => {
    const tensors = {
      weight: tf.tensor([0.1, -2.5, 3e30, NaN], [2, 2]),
      steps: tf.scalar(7, 'int32'),
      mask: tf.tensor([true, false, true], [3], 'bool'),
      none: tf.zeros([0, 5]),
    };
    const before = tf.memory().numTensors;
    const read = tensorsFromSafetensors(tensorsToSafetensors(tensors));
    expect(tf.memory().numTensors).toBe(before + 4);
    for (const [name, t] of Object.entries(tensors)) {
      expect(read[name]?.dtype).toBe(t.dtype);
      expect(read[name]?.shape).toEqual(t.shape);
      expect([...(read[name]?.dataSync() ?? [])]).toEqual([...t.dataSync()]);
    }
    tf.dispose([tensors, read]);
  });

  it('converts the other types by value', () => {
    const raw = new Map<string, RawTensor>([
      ['half', { dtype: 'F16', shape: [6], data: Uint16Array.of(0x3c00, 0xc000, 0x7c00, 1, 0x3555, 0x7bff) }],
      ['brain', { dtype: 'BF16', shape: [2], data: Uint16Array.of(0x3f80, 0xc040) }],
      ['double', { dtype: 'F64', shape: [2], data: Float64Array.of(0.1, -Infinity) }],
      ['long', { dtype: 'I64', shape: [2], data: BigInt64Array.of(-(2n ** 31n), 5n) }],
      ['byte', { dtype: 'I8', shape: [1], data: Int8Array.of(-3) }],
    ]);
    const read = tensorsFromSafetensors(serializeSafetensors(raw));
    expect([...(read['half']?.dataSync() ?? [])]).toEqual([1, -2, Infinity, 2 ** -24, 0.333251953125, 65504]);
    expect([...(read['brain']?.dataSync() ?? [])]).toEqual([1, -3]);
    expect([...(read['double']?.dataSync() ?? [])]).toEqual([Math.fround(0.1), -Infinity]);
    expect([...(read['long']?.dataSync() ?? [])]).toEqual([-(2 ** 31), 5]);
    expect([...(read['byte']?.dataSync() ?? [])]).toEqual([-3]);
    tf.dispose(read);
  });

  it.each([
    ['I64', { dtype: 'I64', shape: [2], data: BigInt64Array.of(0n, 2n ** 31n) }],
    ['U64', { dtype: 'U64', shape: [1], data: BigUint64Array.of(2n ** 63n) }],
    ['U32', { dtype: 'U32', shape: [1], data: Uint32Array.of(2 ** 31) }],
    ['F64', { dtype: 'F64', shape: [1], data: Float64Array.of(1e300) }],
  ] as const)('refuses %s values that do not fit, and creates nothing', (_, raw) => {
    const before = tf.memory().numTensors;
    const small: RawTensor = { dtype: 'F32', shape: [1], data: Float32Array.of(1) };
    const bytes = serializeSafetensors(
      new Map<string, RawTensor>([
        ['small', small],
        ['big', raw],
      ]),
    );
    expect(() => tensorsFromSafetensors(bytes)).toThrow(/^big: element \d of \w+ is .*cannot hold/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses to write what the format cannot hold', () => {
    expect(() => tensorsToSafetensors({ words: tf.tensor(['a']) })).toThrow(/words is of type string/);
    const wrong: RawTensor = { dtype: 'F32', shape: [3], data: Float32Array.of(1) };
    expect(() => serializeSafetensors(new Map([['w', wrong]]))).toThrow('w: 1 values for the shape [3]');
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /0 bytes are too few/],
    ['a header longer than the file', file({}, 0, 50n), /cut short/],
    ['a huge header', file({}, 0, 2n ** 63n), /above the limit of 100000000/],
    ['a header just above the limit', file({}, 0, 100_000_001n), /above the limit/],
    ['no UTF-8', file('{"\u0000"}').map((b) => (b === 0x22 ? 0xff : b)), /UTF-8/],
    ['no JSON', file('{'), /not JSON/],
    ['a list', file('[]'), /not a JSON object/],
    [
      'a key that appears twice',
      file('{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"\\u0061":1}', 1),
      /"a" appears twice/,
    ],
    [
      'a field that appears twice',
      file('{"a":{"dtype":"U8","dtype":"I8","shape":[],"data_offsets":[0,1]}}', 1),
      /"dtype" appears twice/,
    ],
    ['metadata of numbers', file({ __metadata__: { a: 1 } }), /__metadata__/],
    ['an unknown type', file({ a: entry([1], [0, 4], 'F8_E4M3') }, 4), /a: unknown type "F8_E4M3"/],
    ['a type by an inherited name', file({ a: entry([1], [0, 4], 'toString') }, 4), /unknown type/],
    ['a negative size', file({ a: entry([-1], [0, 4]) }, 4), /no shape/],
    ['a fraction', file({ a: entry([1.5], [0, 6]) }, 6), /no shape/],
    ['a huge shape', file({ a: entry([2 ** 31, 2 ** 31], [0, 4]) }, 4), /no shape/],
    ['a large shape', file({ a: entry([2 ** 40], [0, 4]) }, 4), /takes 4398046511104 bytes/],
    ['offsets beyond the file', file({ a: entry([2], [0, 8]) }, 4), /of which there are 4/],
    ['offsets in reverse', file({ a: entry([0], [4, 0]) }, 4), /bytes 4 to 0/],
    ['a gap', file({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12), /b begins at byte 8 .*expected 4/],
    ['an overlap', file({ a: entry([2], [0, 8]), b: entry([1], [4, 8]) }, 8), /overlap/],
    ['bytes at the end', file({ a: entry([1], [0, 4]) }, 5), /end at byte 4 .* 5 are there/],
    ['an extra field', file({ a: { ...entry([1], [0, 4]), x: 1 } }, 4), /exactly dtype/],
    [
      'a truth value of 2',
      joined(file({ a: entry([1], [0, 1], 'BOOL') }), Uint8Array.of(2)),
      /neither 0 nor 1/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes, 'w.safetensors')).toThrow(message);
    expect(() => readSafetensors(bytes, 'w.safetensors')).toThrow(
      expect.objectContaining({
        code: 'BAD_SAFETENSORS',
        message: expect.stringMatching(/^w\.safetensors: /) as string,
      }),
    );
  });

  it('writes and reads a file, and says which is missing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
    try {
      const path = join(folder, 'w.safetensors');
      writeSafetensors(path, new Map([['a', rawTensor('U8', [2], Uint8Array.of(1, 2))]]), {
        metadata: { k: 'v' },
      });
      expect(readSafetensors(path)).toEqual(readSafetensors(new Uint8Array(readFileSync(path))));
      expect(readdirSync(folder)).toEqual(['w.safetensors']);
      expect(() => readSafetensors(join(folder, 'x'))).toThrow(
        /cannot read .*x: there is no such file.*ENOENT/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
