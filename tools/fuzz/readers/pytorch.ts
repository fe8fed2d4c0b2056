import fc from 'fast-check';
import { fromFastai, readPytorch, tensorsFromRaw } from '@ulmfit/checkpoint';
import { dispose } from '@tensorflow/tfjs-core';
import { deflateRawSync } from 'node:zlib';
import * as p from '../../../packages/checkpoint/src/pickle-writer.test-helper.js';
import { corrupt, joined, repeated, utf8 } from '../../../packages/files/src/mutate.test-helper.js';
import type { FuzzedReader } from '../reader.js';
import { realFiles } from '../real-files.js';
import { anyPickle, hostilePickles } from './pickles.js';
import { zip, type ZipEntry } from '../../../packages/files/src/zip-writer.test-helper.js';

const read = (bytes: Uint8Array) => {
  const tensors = readPytorch(bytes, 'm.pth');
  dispose(tensorsFromRaw(tensors));
  fromFastai(tensors);
};

interface TensorParts {
  readonly key?: string;
  readonly type?: string;
  readonly size?: number;
  readonly offset?: number;
  readonly shape?: readonly number[];
  readonly strides?: readonly number[];
}

/** A tensor of six floats unless it says otherwise. */
const tensor = (parts: TensorParts = {}, legacy = false) => {
  const { key = '0', type = 'FloatStorage', size = 6, offset = 0, shape = [2, 3], strides = [3, 1] } = parts;
  const id = [p.text('storage'), p.global('torch', type), p.text(key), p.text('cpu'), p.int(size)];
  return p.call(
    p.global('torch._utils', '_rebuild_tensor_v2'),
    p.persistent(p.tuple(...id, ...(legacy ? [p.none] : []))),
    p.int(offset),
    p.tuple(...shape.map(p.int)),
    p.tuple(...strides.map(p.int)),
    p.truth(false),
    p.call(p.global('collections', 'OrderedDict')),
  );
};

const size = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -1, max: 7 }) },
  fc.constantFrom(2 ** 20, 2 ** 30, 2 ** 31 - 1),
);
const parts = fc.record<TensorParts>(
  {
    key: fc.constantFrom('0', '1', '../0', ''),
    type: fc.constantFrom('FloatStorage', 'BoolStorage', 'LongStorage', 'NoStorage'),
    size,
    offset: size,
    shape: fc.array(size, { maxLength: 4 }),
    strides: fc.array(size, { maxLength: 4 }),
  },
  { requiredKeys: [] },
);
const names = fc.constantFrom(
  'w',
  '0.encoder.weight',
  '0.rnns.0.module.weight_ih_l0',
  '1.decoder.bias',
  '\n',
  '__proto__',
);
const state = (legacy: boolean) =>
  fc
    .array(fc.tuple(names, parts), { maxLength: 4 })
    .map((entries) =>
      p.dict(
        ...entries.map(([name, each]): [Uint8Array, Uint8Array] => [p.text(name), tensor(each, legacy)]),
      ),
    );

const floats = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer);
const zipOf = (root: Uint8Array, more: readonly ZipEntry[] = [], storage: Partial<ZipEntry> = {}) =>
  zip([
    { name: 'a/data.pkl', data: root },
    { name: 'a/byteorder', data: utf8('little') },
    { name: 'a/data/0', data: floats, ...storage },
    ...more,
  ]);
const deflated = (bytes: Uint8Array): Partial<ZipEntry> => ({
  data: bytes,
  packed: new Uint8Array(deflateRawSync(bytes)),
});

/** A whole encoder of one layer and sizes of 1, every weight a view of the same six floats. */
const encoder = (isLegacy: boolean) => {
  const column = { shape: [4, 1], strides: [1, 1] };
  const row = { shape: [4], strides: [1] };
  const weights: readonly [string, TensorParts][] = [
    ['encoder.weight', { shape: [6, 1], strides: [1, 1] }],
    ['rnns.0.weight_hh_l0_raw', column],
    ['rnns.0.module.weight_ih_l0', column],
    ['rnns.0.module.bias_ih_l0', row],
    ['rnns.0.module.bias_hh_l0', row],
  ];
  return p.pickle(
    p.dict(...weights.map(([name, of]): [Uint8Array, Uint8Array] => [p.text(name), tensor(of, isLegacy)])),
  );
};

/** What a zip entry may claim wrongly. */
const wrong = fc.record<Partial<ZipEntry>>(
  {
    size: fc.constantFrom(0, 1, 23, 25, 2 ** 20, 2 ** 31, 2 ** 32 - 1),
    crc: fc.constant(0),
    method: fc.constantFrom(0, 8, 12, 99),
    offset: fc.constantFrom(0, 1, 100, 2 ** 31, 2 ** 32 - 1),
    flags: fc.constantFrom(0, 1, 8, 0x800),
    packed: fc.constantFrom(floats, new Uint8Array(deflateRawSync(floats)), new Uint8Array(0)),
  },
  { requiredKeys: [] },
);

/** As many views as there is room for, of one storage: `make` gives each its shape. */
const manyViews = (count: number, make: (i: number) => TensorParts) =>
  p.pickle(
    p.dict(
      ...Array.from({ length: count }, (_, i): [Uint8Array, Uint8Array] => [
        p.text(`w${i}`),
        tensor(make(i)),
      ]),
    ),
  );

/** A model in which one tuple of `length` ones is the shape and the strides of every tensor. */
function sharedShape(length: number, count: number): Uint8Array {
  const recall = Uint8Array.of(0x68, 0);
  const id = p.persistent(
    p.tuple(p.text('storage'), p.global('torch', 'FloatStorage'), p.text('0'), p.text('cpu'), p.int(6)),
  );
  const entries = Array.from({ length: count }, (_, i): [Uint8Array, Uint8Array] => [
    p.text(`w${i}`),
    p.call(p.global('torch._utils', '_rebuild_tensor_v2'), id, p.int(0), recall, recall),
  ]);
  const ones = joined(utf8('('), repeated(Uint8Array.of(0x4b, 1), length), utf8('t'), Uint8Array.of(0x71, 0));
  return joined(Uint8Array.of(0x80, 2), ones, utf8('0'), p.dict(...entries), utf8('.'));
}

export const pytorchZipReader = (): FuzzedReader => {
  const plain = p.pickle(p.dict([p.text('w'), tensor()]));
  const zeros = new Uint8Array(40 * 2 ** 20);
  const packedZeros = deflated(zeros).packed as Uint8Array;
  const big = new Uint8Array(500_000);
  return {
    name: 'PyTorch zip (.pth)',
    samples: [
      zipOf(encoder(false)),
      zipOf(encoder(false), [], deflated(floats)),
      ...realFiles(/(zip|with_opt)\.pth$/, 20_000),
    ],
    hostile: () => [
      ...hostilePickles().map((pickle) => zipOf(pickle)),
      // Bombs: one that says so, one whose entry lies, one that is listed a thousand times, and stored ones that overlap.
      zipOf(plain, [], { data: zeros, packed: packedZeros }),
      zipOf(plain, [], { data: floats, packed: packedZeros }),
      zipOf(
        manyViews(1000, (i) => ({ key: String(i + 1), size: zeros.length / 4, shape: [1], strides: [1] })),
        Array.from({ length: 1000 }, (_, i): ZipEntry => ({
          name: `a/data/${i + 1}`,
          data: zeros,
          packed: packedZeros,
          crc: 0,
          ...(i > 0 && { sharedWith: 'a/data/1' }),
        })),
      ),
      zipOf(
        manyViews(3000, (i) => ({ key: String(i + 1), size: big.length / 4, shape: [1], strides: [1] })),
        Array.from({ length: 3000 }, (_, i): ZipEntry => ({
          name: `a/data/${i + 1}`,
          data: big,
          ...(i > 0 && { sharedWith: 'a/data/1' }),
        })),
      ),
      zipOf(manyViews(5000, (i) => ({ shape: [2 ** 20 + i], strides: [0] }))),
      zipOf(manyViews(1, () => ({ shape: [3_000_000], strides: [0] }))),
      zipOf(manyViews(5000, (i) => ({ shape: [i % 6], strides: [1] }))),
      zipOf(sharedShape(60_000, 20_000)),
      zipOf(
        plain,
        Array.from({ length: 20_000 }, (_, i) => ({ name: `a/${i}`, data: new Uint8Array(0) })),
      ),
    ],
    arbitrary: fc.oneof(
      fc.tuple(state(false), wrong).map(([root, storage]) => zipOf(p.pickle(root), [], storage)),
      anyPickle.map((root) => zipOf(root)),
      // Spoilt before it is packed, so that the checksum holds.
      fc.nat().map((seed) => zipOf(corrupt(plain, seed))),
    ),
    read,
  };
};

const machine = p.pickle(p.dict([p.text('little_endian'), p.truth(true)]));
const legacy = (root: Uint8Array, count = 6n, keys = p.pickle(p.list(p.text('0')))) =>
  joined(
    p.legacyMagic,
    p.pickle(p.int(1001)),
    machine,
    root,
    keys,
    new Uint8Array(BigUint64Array.of(count).buffer),
    floats,
  );

export const pytorchLegacyReader = (): FuzzedReader => ({
  name: 'PyTorch legacy (.pth)',
  samples: [legacy(encoder(true)), ...realFiles(/legacy\.pth$/, 20_000)],
  hostile: () => hostilePickles().flatMap((pickle) => [legacy(pickle), joined(p.legacyMagic, pickle)]),
  arbitrary: fc.oneof(
    fc
      .tuple(state(true), fc.constantFrom(6n, 0n, 7n, 2n ** 31n, 2n ** 61n, 2n ** 64n - 1n))
      .map(([root, count]) => legacy(p.pickle(root), count)),
    fc.tuple(anyPickle, anyPickle).map(([root, keys]) => legacy(root, 6n, keys)),
  ),
  read,
});
