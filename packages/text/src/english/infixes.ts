import { isAsciiDigit, widthAt, widthBefore } from '../python-text.js';
import { periodsFrom } from './affixes.js';
import { ALPHA, flagsOf, ICON, LOWER, QUOTE, UPPER } from './character-classes.js';

/** Splits `word` at the ellipses, symbols, hyphens and the like within it. */
export function splitInfixes(word: string): string[] {
  const tokens: string[] = [];
  let start = 0;
  let index = 0;
  while (index < word.length) {
    const length = infixLength(word, index);
    if (length === 0) {
      index += widthAt(word, index);
      continue;
    }
    // One at the very front is no infix: it stays with what follows.
    if (index > 0) {
      if (start < index) tokens.push(word.slice(start, index));
      tokens.push(word.slice(index, index + length));
      start = index + length;
    }
    index += length;
  }
  if (start < word.length) tokens.push(word.slice(start));
  return tokens;
}

/** How many code units of an infix stand at `index`. */
function infixLength(word: string, index: number): number {
  const code = word.charCodeAt(index);
  switch (code) {
    case 0x2e: {
      const periods = periodsFrom(word, index, word.length);
      if (periods >= 2) return periods;
      return (flagsBefore(word, index) & (LOWER | QUOTE)) !== 0 &&
        (flagsAt(word, index + 1) & (UPPER | QUOTE)) !== 0
        ? 1
        : 0;
    }
    case 0x2026: // …
      return 1;
    case 0x2c: // ,
      return (flagsBefore(word, index) & ALPHA) !== 0 && isAlphaAt(word, index + 1) ? 1 : 0;
    case 0x2b: // +
    case 0x2a: // *
    case 0x5e: // ^
      return isOperator(word, index) ? 1 : 0;
    case 0x2d: // -
      return isOperator(word, index) ? 1 : hyphenLength(word, index, 3);
    case 0x2014: // —
      return hyphenLength(word, index, 2);
    case 0x2013: // –
    case 0x7e: // ~
    case 0x3a: // :
    case 0x3c: // <
    case 0x3d: // =
    case 0x3e: // >
    case 0x2f: // /
      return hyphenLength(word, index, 1);
    default: {
      if (code < 0x80) return 0;
      const codePoint = word.codePointAt(index) ?? 0;
      if ((flagsOf(codePoint) & ICON) === 0) return 0;
      return codePoint > 0xffff ? 2 : 1;
    }
  }
}

/** `2*3`, `2--3`: between digits, where a minus sign counts as one on the right. */
function isOperator(word: string, index: number): boolean {
  const next = word.charCodeAt(index + 1);
  return index > 0 && isAsciiDigit(word.charCodeAt(index - 1)) && (isAsciiDigit(next) || next === 0x2d);
}

/** Up to `most` of the character at `index`, after a letter or digit and before a letter. */
function hyphenLength(word: string, index: number, most: number): number {
  if (index === 0) return 0;
  if (!isAsciiDigit(word.charCodeAt(index - 1)) && (flagsBefore(word, index) & ALPHA) === 0) return 0;
  const code = word.charCodeAt(index);
  let length = 1;
  while (length < most && word.charCodeAt(index + length) === code) length++;
  return isAlphaAt(word, index + length) ? length : 0;
}

function isAlphaAt(word: string, index: number): boolean {
  return (flagsAt(word, index) & ALPHA) !== 0;
}

function flagsAt(word: string, index: number): number {
  return index < word.length ? flagsOf(word.codePointAt(index) ?? 0) : 0;
}

function flagsBefore(word: string, index: number): number {
  return index > 0 ? flagsOf(word.codePointAt(index - widthBefore(word, index, 0)) ?? 0) : 0;
}
