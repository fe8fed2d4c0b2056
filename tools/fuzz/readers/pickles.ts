import fc from 'fast-check';
import * as p from '../../../packages/checkpoint/src/pickle-writer.test-helper.js';
import { joined, repeated, utf8 } from '../../../packages/files/src/mutate.test-helper.js';

// Pickles for the readers of vocabularies and of PyTorch's files.

const code = (...bytes: number[]) => Uint8Array.from(bytes);

const names = [
  ...[
    'os.system',
    'posix.system',
    'builtins.eval',
    '__builtin__.getattr',
    'builtins.set',
    'subprocess.Popen',
  ],
  ...['collections.OrderedDict', 'torch._utils._rebuild_tensor_v2', 'torch._utils._rebuild_parameter'],
  ...['torch.FloatStorage', 'torch.LongStorage', 'torch.Size', 'fastcore.foundation.L', 'numpy.dtype'],
  ...['Object.constructor', '.__proto__', 'torch.nn.modules.linear.Linear'],
];
const anyGlobal = fc
  .constantFrom(...names)
  .map((name) => p.global(name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.') + 1)));

const number = fc.oneof(
  fc.integer({ min: -1, max: 7 }),
  fc.constantFrom(2 ** 31 - 1, -(2 ** 31), 2 ** 30, 65_536),
);

/** A piece that leaves one value. */
export const value: fc.Arbitrary<Uint8Array> = fc.letrec<{ value: Uint8Array }>((tie) => {
  const some = fc.array(tie('value'), { maxLength: 4 });
  return {
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: false },
      number.map(p.int),
      fc.constantFrom('a', 'w', 'model', 'storage', 'cpu', '0', '\ud800', 'little').map(p.text),
      fc.constantFrom(p.none, p.truth(true), p.truth(false)),
      anyGlobal,
      some.map((items) => p.tuple(...items)),
      some.map((items) => p.list(...items)),
      fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((entries) => p.dict(...entries)),
      fc.tuple(anyGlobal, some).map(([callee, args]) => p.call(callee, ...args)),
      fc.tuple(tie('value'), tie('value')).map(([target, state]) => p.setState(target, state)),
      tie('value').map(p.persistent),
      // Kept, and called to mind again.
      fc.tuple(tie('value'), fc.nat({ max: 3 })).map(([kept, at]) => joined(kept, code(0x71, at))),
      fc.nat({ max: 3 }).map((at) => code(0x68, at)),
    ),
  };
}).value;

/** Opcodes in any order, with the arguments that they happen to have. */
const anyOpcodes = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0x20, max: 0x9f }).map((byte) => code(byte)),
      value,
      fc.uint8Array({ maxLength: 3 }),
    ),
    {
      maxLength: 12,
    },
  )
  .map((parts) => joined(...parts));

export const anyPickle = fc
  .tuple(fc.constantFrom(0, 2, 4, 5, 6), fc.oneof(value, anyOpcodes))
  .map(([protocol, body]) => p.pickle(body, protocol));

const million = 1_000_000;
const long = (length: number) =>
  joined(code(0x8b, length & 0xff, length >> 8, 0, 0), new Uint8Array(length).fill(0x7f));
/** `[None] * n`, kept as number 0. */
const keptList = (n: number) =>
  joined(utf8(']('), repeated(code(0x4e), n), utf8('e'), code(0x71, 0), utf8('0'));
const recall = code(0x68, 0);
/** A call with the kept value as its one argument. */
const callWithKept = (name: string) =>
  joined(
    p.global(name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.') + 1)),
    recall,
    code(0x85),
    utf8('R'),
  );

export const hostilePickles = (): Uint8Array[] => [
  ...['N', ']', '}', ')', '(', '0', 'a', '2', '\x8f'].map((opcode) => repeated(utf8(opcode), million)),
  ...[
    code(0x8c, 0),
    code(0x43, 0),
    code(0x55, 0),
    code(0x4e, 0x85),
    code(0x4b, 1, 0x94),
    code(0x28, 0x74),
  ].map((part) => repeated(part, million / 2)),
  ...[code(0x8f), code(0x7d)].map((part) => repeated(part, 199_000)),
  repeated(long(255), 4000),
  repeated(long(1024), 1000),
  // Protocol 0: numbers and names without an end, and a million of them.
  joined(utf8(`I${'9'.repeat(million)}\n.`)),
  joined(utf8(`F${'9'.repeat(million)}\n.`)),
  repeated(utf8(`L${'9'.repeat(2000)}\n`), 500),
  repeated(utf8('I1\n'), Math.floor(million / 3)),
  joined(utf8(`V${'\\u0041'.repeat(150_000)}\n.`)),
  joined(utf8(`S'${'\\x41'.repeat(240_000)}'\n.`)),
  utf8(`c${'a'.repeat(900_000)}\n${'b'.repeat(900_000)}\n.`),
  // A list that holds itself a million times over, and ever larger copies of one.
  joined(keptList(10), repeated(joined(recall, recall, utf8('a'), code(0x71, 0)), 100_000), utf8('.')),
  joined(keptList(100_000), repeated(callWithKept('builtins.set'), 30_000), utf8('.')),
  joined(keptList(100_000), repeated(callWithKept('collections.OrderedDict'), 30_000), utf8('.')),
  joined(code(0x80, 4, 0x8d), new Uint8Array(8).fill(0xff)),
  joined(code(0x80, 4, 0x96, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0)),
  joined(code(0x80, 4, 0x95), new Uint8Array(8).fill(0xff)),
];
