import { isAsciiDigit, widthBefore } from '../python-text.js';
import { BEFORE_PERIOD, flagsOf, PREFIX, SUFFIX, UPPER } from './character-classes.js';
import { afterDigit, longestAfterDigit } from './units.js';

const PERIOD = 0x2e;
const ELLIPSIS = 0x2026;

/** How many code units to split off the front of `word` between `start` and `end`. */
export function prefixLength(word: string, start: number, end: number): number {
  const code = word.charCodeAt(start);
  if (code === PERIOD) {
    const length = periodsFrom(word, start, end);
    return length >= 2 ? length : 0;
  }
  if (code === 0x2b) return start + 1 < end && isAsciiDigit(word.charCodeAt(start + 1)) ? 0 : 1;
  if (code < 0x80) {
    if ((flagsOf(code) & PREFIX) !== 0) return 1;
    for (const currency of dollars) {
      if (currency.length <= end - start && word.startsWith(currency, start)) return currency.length;
    }
    return 0;
  }
  const codePoint = word.codePointAt(start) ?? 0;
  if ((flagsOf(codePoint) & PREFIX) === 0) return 0;
  return codePoint > 0xffff ? 2 : 1;
}

const dollars = ['US$', 'C$', 'A$'];

/** How many full stops stand in a row from `start`. */
export function periodsFrom(word: string, start: number, end: number): number {
  let index = start;
  while (index < end && word.charCodeAt(index) === PERIOD) index++;
  return index - start;
}

/** How many code units to split off the back of `word` between `start` and `end`. */
export function suffixLength(word: string, start: number, end: number): number {
  if (start >= end) return 0;
  const last = end - 1;
  const code = word.charCodeAt(last);
  const before = last > start ? word.charCodeAt(last - 1) : 0;
  if (code === PERIOD) {
    if (before === PERIOD) {
      let first = last - 1;
      while (first > start && word.charCodeAt(first - 1) === PERIOD) first--;
      return end - first;
    }
    return isFinalPeriod(word, start, last) ? 1 : 0;
  }
  if (code === ELLIPSIS) return before === ELLIPSIS ? 2 : 1;
  if ((code === 0x73 || code === 0x53) && (before === 0x27 || before === 0x2019)) return 2;
  const width = widthBefore(word, end, start);
  if ((flagsOf(width === 2 ? (word.codePointAt(end - 2) ?? 0) : code) & SUFFIX) !== 0) return width;
  return unitLength(word, start, end);
}

/** Whether a single full stop at `at` ends a word, rather than belonging to an abbreviation. */
function isFinalPeriod(word: string, start: number, at: number): boolean {
  if (at === start) return false;
  const width = widthBefore(word, at, start);
  const previous = word.codePointAt(at - width) ?? 0;
  const flags = flagsOf(previous);
  if ((flags & BEFORE_PERIOD) !== 0) return true;
  if (at - width === start) return false;
  const first = word.codePointAt(at - width - widthBefore(word, at - width, start)) ?? 0;
  if ((flags & UPPER) !== 0 && (flagsOf(first) & UPPER) !== 0) return true;
  return first === 0xb0 && (previous === 0x43 || previous === 0x46 || previous === 0x4b);
}

/** The length of a unit or currency at the end that follows a digit. */
function unitLength(word: string, start: number, end: number): number {
  const first = Math.max(start, end - 1 - longestAfterDigit);
  for (let digit = end - 2; digit >= first; digit--) {
    if (!isAsciiDigit(word.charCodeAt(digit))) continue;
    return afterDigit.has(word.slice(digit + 1, end)) ? end - 1 - digit : 0;
  }
  return 0;
}
