import { zipSync } from 'fflate';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { joined } from '../../files/src/mutate.test-helper.js';
import { zip as lyingZip } from '../../files/src/zip-writer.test-helper.js';
import {
  call,
  dict,
  global,
  int,
  legacyMagic,
  list,
  none,
  persistent,
  pickle,
  setItems,
  setState,
  text,
  truth,
  tuple,
} from './pickle-writer.test-helper.js';
import { readPytorch } from './pytorch.js';

interface Stored {
  type: string;
  bytes: Uint8Array;
  width: number;
}

const floats = (...values: number[]): Stored => ({
  type: 'FloatStorage',
  bytes: new Uint8Array(Float32Array.from(values).buffer),
  width: 4,
});

const elements = ({ bytes, width }: Stored) => bytes.length / width;

function tensor(
  key: string,
  stored: Stored,
  shape: number[],
  strides: number[],
  offset = 0,
  isLegacy = false,
) {
  const id = tuple(
    ...[text('storage'), global('torch', stored.type), text(key), text('cpu'), int(elements(stored))],
    ...(isLegacy ? [none] : []),
  );
  return call(
    global('torch._utils', '_rebuild_tensor_v2'),
    persistent(id),
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    truth(false),
    call(global('collections', 'OrderedDict')),
  );
}

const zip = (
  root: Uint8Array,
  stored: Record<string, Stored>,
  level: 0 | 9 = 0,
  more: Record<string, Uint8Array> = {},
) =>
  zipSync(
    {
      'a/data.pkl': pickle(root),
      'a/byteorder': new TextEncoder().encode('little'),
      ...Object.fromEntries(Object.entries(stored).map(([key, { bytes }]) => [`a/data/${key}`, bytes])),
      ...more,
    },
    { level },
  );

function legacy(root: Uint8Array, stored: Record<string, Stored>): Uint8Array {
  const machine = pickle(dict([text('little_endian'), truth(true)]));
  const values = Object.values(stored).flatMap((s) => [
    new Uint8Array(BigUint64Array.of(BigInt(elements(s))).buffer),
    s.bytes,
  ]);
  return joined(
    legacyMagic,
    pickle(int(1001)),
    machine,
    pickle(root),
    pickle(list(...Object.keys(stored).map(text))),
    ...values,
  );
}

const six = floats(0, 1, 2, 3, 4, 5);

describe('readPytorch', () => {
  it('honours strides, offsets and shared storages, and gives tied tensors once', () => {
    const root = (isLegacy: boolean) =>
      dict(
        [text('plain'), tensor('0', six, [2, 3], [3, 1], 0, isLegacy)],
        [text('tied'), tensor('0', six, [2, 3], [3, 1], 0, isLegacy)],
        [text('transposed'), tensor('0', six, [3, 2], [1, 3], 0, isLegacy)],
        [text('column'), tensor('0', six, [2], [3], 2, isLegacy)],
        [text('expanded'), tensor('0', six, [2, 2], [0, 1], 4, isLegacy)],
        [text('scalar'), tensor('0', six, [], [], 5, isLegacy)],
        [text('empty'), tensor('0', six, [0, 3], [3, 1], 6, isLegacy)],
      );
    for (const bytes of [
      zip(root(false), { 0: six }),
      zip(root(false), { 0: six }, 9),
      legacy(root(true), { 0: six }),
    ]) {
      const read = readPytorch(bytes);
      const values = Object.fromEntries([...read].map(([name, t]) => [name, [...t.data]]));
      expect(values).toEqual({
        plain: [0, 1, 2, 3, 4, 5],
        tied: [0, 1, 2, 3, 4, 5],
        transposed: [0, 3, 1, 4, 2, 5],
        column: [2, 5],
        expanded: [4, 5, 4, 5],
        scalar: [5],
        empty: [],
      });
      expect(read.get('empty')?.shape).toEqual([0, 3]);
      expect(read.get('tied')).toBe(read.get('plain'));
    }
  });

  it.each([
    ['DoubleStorage', 'F64', Float64Array.of(1.5)],
    ['HalfStorage', 'F16', Uint16Array.of(0x3c00)],
    ['BFloat16Storage', 'BF16', Uint16Array.of(0x3f80)],
    ['LongStorage', 'I64', BigInt64Array.of(-(2n ** 60n))],
    ['IntStorage', 'I32', Int32Array.of(-7)],
    ['ShortStorage', 'I16', Int16Array.of(-7)],
    ['CharStorage', 'I8', Int8Array.of(-7)],
    ['ByteStorage', 'U8', Uint8Array.of(200)],
    ['BoolStorage', 'BOOL', Uint8Array.of(1)],
  ])('reads %s', (type, dtype, data) => {
    const stored = { type, bytes: new Uint8Array(data.buffer), width: data.byteLength };
    const expected = { dtype, shape: [1], data };
    expect(
      readPytorch(zip(dict([text('w'), tensor('0', stored, [1], [1])]), { 0: stored })).get('w'),
    ).toEqual(expected);
    const old = legacy(dict([text('w'), tensor('k', stored, [1], [1], 0, true)]), { k: stored });
    expect(readPytorch(old).get('w')).toEqual(expected);
  });

  it('unwraps "model", ordered dictionaries with attributes and parameters, and passes over the optimizer', () => {
    const parameter = call(
      global('torch._utils', '_rebuild_parameter'),
      tensor('0', six, [6], [1]),
      truth(true),
      call(global('collections', 'OrderedDict')),
    );
    const state = setState(
      setItems(call(global('collections', 'OrderedDict')), [text('w'), parameter]),
      dict([text('_metadata'), call(global('collections', 'OrderedDict'))]),
    );
    const optimizer = setState(call(global('fastcore.foundation', 'L')), dict([text('items'), list(none)]));
    const read = readPytorch(zip(dict([text('model'), state], [text('opt'), optimizer]), { 0: six }));
    expect([...read.keys()]).toEqual(['w']);
    expect(readPytorch(zip(state, { 0: six })).get('w')?.shape).toEqual([6]);
  });

  const plain = dict([text('w'), tensor('0', six, [6], [1])]);
  it.each<[string, Uint8Array, RegExp]>([
    [
      'a whole pickled model',
      zip(call(global('fastai.learner', 'Learner')), {}),
      /refers to "fastai.learner.Learner"/,
    ],
    ['a command', zip(call(global('posix', 'system'), text('true')), {}), /refers to "posix.system"/],
    ['TorchScript', zip(plain, { 0: six }, 0, { 'a/constants.pkl': pickle(none) }), /TorchScript/],
    [
      'big-endian values',
      zip(plain, { 0: six }, 0, { 'a/byteorder': new TextEncoder().encode('big') }),
      /big-endian/,
    ],
    ['two objects', zip(plain, { 0: six }, 0, { 'b/data.pkl': pickle(none) }), /2 files data\.pkl/],
    ['a missing storage', zip(plain, {}), /a\/data\/0 is missing/],
    ['a short storage', zip(plain, { 0: floats(1) }), /has 4 bytes, 24 are expected/],
    [
      'a view beyond',
      zip(dict([text('w'), tensor('0', six, [2, 3], [3, 1], 1)]), { 0: six }),
      /w: the shape \[2, 3\] reaches/,
    ],
    [
      'a huge shape',
      zip(dict([text('w'), tensor('0', six, [2 ** 30, 2 ** 30], [0, 0])]), { 0: six }),
      /reaches beyond/,
    ],
    [
      'a huge expansion',
      zip(dict([text('w'), tensor('0', six, [2 ** 30], [0])]), { 0: six }),
      /far more bytes/,
    ],
    [
      'a negative size',
      zip(dict([text('w'), tensor('0', six, [-1], [1])]), { 0: six }),
      /other than storage/,
    ],
    [
      'more dimensions than PyTorch has',
      zip(dict([text('w'), tensor('0', six, new Array<number>(65).fill(1), new Array<number>(65).fill(1))]), {
        0: six,
      }),
      /other than storage/,
    ],
    ['a list', zip(list(int(1)), {}), /expected a state dictionary/],
    ['a number in it', zip(dict([text('epoch'), int(1)]), {}), /epoch is no tensor/],
    ['a safetensors file', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0x7b), /not a PyTorch file/],
    [
      'a cut legacy file',
      legacy(dict([text('w'), tensor('0', six, [6], [1], 0, true)]), { 0: six }).slice(0, -1),
      /cut short/,
    ],
    ['a cut zip file', zip(plain, { 0: six }).slice(0, -5), /directory is missing/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readPytorch(bytes, 'm.pth')).toThrow(message);
    expect(() => readPytorch(bytes, 'm.pth')).toThrow(
      expect.objectContaining({ name: 'UlmfitError', message: expect.stringMatching(/^m\.pth: /) as string }),
    );
  });

  it('finds a changed value in a zip file', () => {
    const bytes = zip(plain, { 0: six });
    const at = bytes.findIndex((_, i) => six.bytes.every((b, j) => bytes[i + j] === b));
    bytes[at + 5] = 99;
    expect(() => readPytorch(bytes)).toThrow(/a\/data\/0 does not match its checksum/);
  });

  it('refuses a file that claims to unpack to very much', () => {
    const bomb = zip(plain, {}, 9, { 'a/data.pkl': new Uint8Array(2 ** 25) });
    expect(bomb.length).toBeLessThan(2 ** 16);
    expect(() => readPytorch(bomb)).toThrow(/claims to unpack to 33554432 bytes/);
  });

  it('unpacks no further than an entry says', () => {
    const packed = new Uint8Array(deflateRawSync(new Uint8Array(2 ** 25)));
    const bytes = lyingZip([
      { name: 'a/data.pkl', data: pickle(plain) },
      { name: 'a/data/0', data: six.bytes, packed },
    ]);
    expect(() => readPytorch(bytes)).toThrow(/a\/data\/0 is longer than its entry says/);
  });

  it('refuses a file in which many entries share their bytes', () => {
    const big: Stored = { type: 'FloatStorage', bytes: new Uint8Array(800_000), width: 4 };
    const keys = Array.from({ length: 100 }, (_, i) => String(i));
    const root = dict(
      ...keys.map((key): [Uint8Array, Uint8Array] => [text(key), tensor(key, big, [1], [1])]),
    );
    const bytes = lyingZip([
      { name: 'a/data.pkl', data: pickle(root) },
      ...keys.map((key) => ({ name: `a/data/${key}`, data: big.bytes, sharedWith: 'a/data/0' })),
    ]);
    expect(() => readPytorch(bytes)).toThrow(/a\/data\/\d+ claims to unpack to 800000 bytes/);
  });
});
