import { describe, expect, it } from 'vitest';
import { joined, repeated } from '../../files/src/mutate.test-helper.js';
import { readItos } from './itos.js';
import {
  call,
  dict,
  global,
  int,
  list,
  pickle,
  setState,
  text,
  truth,
  tuple,
} from './pickle-writer.test-helper.js';
import { orderedDict, PickleTuple, unpickle } from './pickle.js';

const ascii = (s: string) => Uint8Array.from(s, (c) => c.charCodeAt(0));
const hex = (s: string) => Uint8Array.from(s.match(/../g) ?? [], (b) => parseInt(b, 16));
const read = (bytes: Uint8Array) => unpickle(bytes).value;

describe('unpickle', () => {
  // Each is what Python's pickle.dumps gives for the value at the right.
  it.each<[string, Uint8Array, unknown]>([
    [
      'protocol 0',
      ascii('(lp0\nVa\np1\naV\\u00e9\\u000a\np2\naI7\naI01\naNaF0.5\naL99999999999999999999L\na.'),
      ['a', 'é\n', 7, true, null, 0.5, 99999999999999999999n],
    ],
    ['protocol 0 bytes', ascii("S'a\\x41\\'\\n'\np0\n."), "aA'\n"],
    ['protocol 1', ascii(']q\x00(X\x01\x00\x00\x00aq\x01K\x05e.'), ['a', 5]],
    [
      'protocol 2',
      hex('80025d71002858010000006171014b054affffffff8a0500000000018806652e'.replace('8806', '88')),
      ['a', 5, -1, 2 ** 32, true],
    ],
    ['protocol 4', hex('80049511000000000000005d94288c0161946801473fe0000000000000652e'), ['a', 'a', 0.5]],
    ['a dictionary', pickle(dict([text('k'), int(-3)])), new Map([['k', -3]])],
    ['a dictionary by marks', ascii('(I1\nI2\nd.'), new Map([[1, 2]])],
    ['a set', hex('80048f28' + '4b01' + '4b02' + '902e'), new Set([1, 2])],
    ['bytes', hex('8003430201ff2e'), Uint8Array.of(1, 255)],
    ['an integer of no bytes', hex('80028a002e'), 0],
    ['a tuple', pickle(tuple(int(1), truth(false))), new PickleTuple([1, false])],
  ])('reads %s', (_, bytes, value) => {
    expect(read(bytes)).toEqual(value);
  });

  it('keeps shared and circular values', () => {
    const shared = read(hex('80025d710068006' + '12e')) as unknown[];
    expect(shared[0]).toBe(shared);
  });

  it('refuses to run a command, whatever way it is written', () => {
    const malicious = [
      ascii("cos\nsystem\n(S'touch /tmp/pwned'\ntR."),
      ascii("(S'touch /tmp/pwned'\nios\nsystem\n."),
      ascii("(cos\nsystem\nS'touch /tmp/pwned'\no."),
      pickle(call(global('os', 'system'), text('true'))),
      joined(hex('8004'), text('os'), text('system'), hex('93'), tuple(text('true')), ascii('R.')),
    ];
    for (const bytes of malicious) {
      expect(() => read(bytes)).toThrow(/it refers to "os\.system"/);
      expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'PICKLE_GLOBAL_REFUSED' }));
    }
  });

  it.each([
    'builtins.eval',
    '__builtin__.getattr',
    'collections.OrderedDict',
    'Object.constructor',
    '.__proto__',
  ])('refuses %s where it is not allowed', (name) => {
    const [module = '', attribute = ''] = name.split('.');
    expect(() => read(pickle(global(module, attribute)))).toThrow(`it refers to "${name}"`);
  });

  it('allows what it is told to and nothing of the host', () => {
    const od = call(global('collections', 'OrderedDict'), list(tuple(text('a'), int(1))));
    const state = dict([text('_metadata'), int(1)]);
    expect(unpickle(pickle(setState(od, state)), { globals: orderedDict }).value).toEqual(
      new Map([['a', 1]]),
    );
    const nested = joined(hex('8004'), text('collections'), text('OrderedDict.__init__'), hex('932e'));
    expect(() => unpickle(nested, { globals: orderedDict })).toThrow(
      /refers to "collections.OrderedDict.__init__"/,
    );
  });

  it('gives calls no more than the file holds, however often they are given it', () => {
    const bomb = (calls: number) => {
      const kept = joined(list(...new Array<Uint8Array>(100).fill(int(1))), hex('7100'));
      const call = joined(global('collections', 'OrderedDict'), hex('6800'), hex('85'), ascii('R'));
      return joined(hex('8002'), kept, repeated(call, calls), ascii('.'));
    };
    const read = (calls: number) => unpickle(bomb(calls), { globals: orderedDict });
    expect(read(5).value).toEqual(new Map([[undefined, undefined]]));
    expect(() => read(50)).toThrow(/its calls are given far more than it holds/);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', ascii(''), /cut short at byte 0/],
    ['no pickle', ascii('{}'), /is this a pickle/],
    ['a call of a value', joined(hex('8002'), int(1), tuple(), ascii('R.')), /no allowed function/],
    ['a persistent id', ascii('Pabc\n.'), /persistent id/],
    ['an unknown memo', ascii('h\x05.'), /never kept/],
    ['an empty stack', ascii('.'), /empty stack/],
    ['an odd dictionary', ascii('}(I1\nu.'), /no value/],
    ['a huge string', hex('8004' + '8d' + 'ffffffffffffffff'), /cut short/],
    ['a huge integer', hex('8002' + '8b' + 'ffffff7f'), /integer of 2147483647 bytes/],
    ['a huge frame', hex('800495ffffffffffffff7f2e'), /a frame of/],
    ['protocol 6', hex('80062e'), /protocol 6/],
    ['bad UTF-8', hex('80045801000000ff2e'), /UTF-8/],
    ['an extension', hex('800282012e'), /unknown opcode 0x82/],
    ['a deep nest', joined(new Uint8Array(20_000).fill(0x28), ascii('.')), /deep/],
    ['a bomb of dictionaries', joined(new Uint8Array(300_000).fill(0x7d), ascii('.')), /200000 dictionaries/],
    ['a bomb of byte strings', joined(repeated(hex('4300'), 200_001), ascii('.')), /byte strings/],
    ['endless operations', new Uint8Array(6_000_000).fill(0x4e), /5000000 operations/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(message);
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'BAD_PICKLE' }));
  });
});

describe('readItos', () => {
  it("reads lists, tuples and fastai's L", () => {
    const l = setState(
      call(global('fastcore.foundation', 'L')),
      dict([text('items'), list(text('a'), text('b'))]),
    );
    expect(readItos(pickle(list(text('a'), text('b'))))).toEqual(['a', 'b']);
    expect(readItos(pickle(tuple(text('a'), text('b'))))).toEqual(['a', 'b']);
    expect(readItos(pickle(l))).toEqual(['a', 'b']);
  });

  it.each([
    ['a number among the words', list(text('a'), int(1)), /the word of id 1 is not a string/],
    ['a dictionary', dict([text('a'), int(1)]), /expected a pickled list of words/],
  ])('refuses %s', (_, value, message) => {
    expect(() => readItos(pickle(value), 'itos.pkl')).toThrow(message);
  });
});
