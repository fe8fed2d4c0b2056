import { describe, expect, it } from 'vitest';
import { isDigit, isSpace, isWord, strip } from './python-text.js';

const code = (character: string) => character.codePointAt(0) ?? 0;

describe('python-text', () => {
  it('knows the white space of Python, not that of JavaScript', () => {
    for (const character of ' \t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000') {
      expect(isSpace(code(character)), escape(character)).toBe(true);
    }
    for (const character of '\ufeff\u200b\u180e\x1b\0a') expect(isSpace(code(character))).toBe(false);
  });

  it('counts letters and numbers of any script as word characters', () => {
    for (const character of 'aZ0_éß日٣½Ⅷ²𝒳ª') expect(isWord(code(character)), character).toBe(true);
    for (const character of "-'. \u0301😀€") expect(isWord(code(character)), character).toBe(false);
    expect(isDigit(code('٣'))).toBe(true);
    expect(isDigit(code('½'))).toBe(false);
  });

  it('strips what it counts as white space', () => {
    expect(strip('\x1c\u3000 a b\x85\n')).toBe('a b');
    expect(strip(' \ufeff ')).toBe('\ufeff');
    expect(strip('\t \n')).toBe('');
  });
});

function escape(character: string): string {
  return `U+${code(character).toString(16)}`;
}
