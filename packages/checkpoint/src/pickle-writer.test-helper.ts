import { joined } from '../../files/src/mutate.test-helper.js';

// Just enough of a pickler to write by hand what Python's would.

type Part = Uint8Array;
const code = (...bytes: number[]): Part => Uint8Array.from(bytes);
const utf8 = (text: string): Part => new TextEncoder().encode(text);
const letter = (c: string): Part => code(c.charCodeAt(0));

export const int = (n: number): Part => {
  const bytes = new Uint8Array(5);
  bytes[0] = 'J'.charCodeAt(0);
  new DataView(bytes.buffer).setInt32(1, n, true);
  return bytes;
};
export const text = (s: string): Part => {
  const length = new Uint8Array(4);
  const content = utf8(s);
  new DataView(length.buffer).setUint32(0, content.length, true);
  return joined(letter('X'), length, content);
};
export const truth = (b: boolean): Part => code(b ? 0x88 : 0x89);
export const none: Part = letter('N');
export const tuple = (...items: Part[]): Part => joined(letter('('), ...items, letter('t'));
export const list = (...items: Part[]): Part => joined(letter(']'), letter('('), ...items, letter('e'));
export const dict = (...entries: [Part, Part][]): Part =>
  joined(letter('}'), letter('('), ...entries.flat(), letter('u'));
export const global = (module: string, name: string): Part => utf8(`c${module}\n${name}\n`);
export const call = (callee: Part, ...args: Part[]): Part => joined(callee, tuple(...args), letter('R'));
export const setState = (target: Part, state: Part): Part => joined(target, state, letter('b'));
export const persistent = (id: Part): Part => joined(id, letter('Q'));
export const setItems = (target: Part, ...entries: [Part, Part][]): Part =>
  joined(target, letter('('), ...entries.flat(), letter('u'));
export const pickle = (value: Part, protocol = 2): Part => joined(code(0x80, protocol), value, letter('.'));

/** The number that a file of PyTorch's first format begins with, pickled. */
export const legacyMagic = Uint8Array.from([
  0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
]);
