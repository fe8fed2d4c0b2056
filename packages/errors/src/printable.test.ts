import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from './printable.js';

describe('printable', () => {
  it('lets no terminal escape, line break or turn of direction through', () => {
    expect(printable('a\u001b[31mb\u009b2Jc')).toBe('a\ufffd[31mb\ufffd2Jc');
    expect(printable('one\r\ntwo\tthree\u2028four')).toBe('one two three four');
    expect(printable('in\u202evoice\u2066')).toBe('invoice');
    expect(printable('half \ud83d of a face')).toBe('half \ufffd of a face');
  });

  it('leaves all writing as it is', () => {
    for (const text of ['Straße', '日本語のクラス', 'हिन्दी', '👩‍🚀 café', '&<>"'])
      expect(printable(text)).toBe(text);
  });

  it('gives one line of well-formed text, and the same again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = printable(text);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u);
        expect(printable(shown)).toBe(shown);
      }),
    );
  });
});
