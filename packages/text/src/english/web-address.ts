import { isAsciiDigit, isAsciiLetter, isDigit, isSurrogate, isWord, widthAt } from '../python-text.js';
import { flagsOf, LOWER } from './character-classes.js';

/**
 * Whether the whole word is a web address: an optional scheme and user, a host name or public IPv4 address, an optional
 * port and path. Linear in the word's length.
 */
export function isWebAddress(word: string): boolean {
  if (!word.includes('.')) return false;
  if (isHostAndRest(word, 0)) return true;
  const afterScheme = endOfScheme(word);
  if (afterScheme > 0 && isHostAndRest(word, afterScheme)) return true;
  for (let at = word.indexOf('@', 1); at >= 0; at = word.indexOf('@', at + 1)) {
    if (isHostAndRest(word, at + 1)) return true;
  }
  return false;
}

/** Where `scheme://` ends, or 0. */
function endOfScheme(word: string): number {
  let index = 0;
  let characters = 0;
  while (index < word.length) {
    const codePoint = word.codePointAt(index) ?? 0;
    if (!isWord(codePoint) && codePoint !== 0x2b && codePoint !== 0x2d && codePoint !== 0x2e) break;
    index += widthAt(word, index);
    characters++;
  }
  return characters >= 2 && word.startsWith('://', index) ? index + 3 : 0;
}

function isHostAndRest(word: string, start: number): boolean {
  return isIpAndRest(word, start) || isNameAndRest(word, start);
}

/** Labels of 1 to 64 characters with a full stop after each, then a top-level domain of 2 to 63 lower-case letters. */
function isNameAndRest(word: string, start: number): boolean {
  let label = start;
  let index = start;
  for (;;) {
    while (isHostCharacter(word.charCodeAt(index)) || word[index] === '-' || word[index] === '_') index++;
    if (word[index] !== '.') break;
    const length = index - label;
    if (length < 1 || length > 64) return false;
    if (!isHostCharacter(word.charCodeAt(label)) || !isHostCharacter(word.charCodeAt(index - 1)))
      return false;
    index++;
    label = index;
  }
  if (label === start) return false;
  let letters = 0;
  index = label;
  while (index < word.length && (flagsOf(word.codePointAt(index) ?? 0) & LOWER) !== 0) {
    index += widthAt(word, index);
    letters++;
  }
  return letters >= 2 && letters <= 63 && isPortAndPath(word, index);
}

/** Of the host's middle range only code points of one unit count. */
function isHostCharacter(code: number): boolean {
  return isAsciiLetter(code) || isAsciiDigit(code) || (code >= 0xa1 && !isSurrogate(code));
}

const firstOctet = /^(?:[1-9]\p{Nd}?|1\p{Nd}\p{Nd}|2[01]\p{Nd}|22[0-3])$/u;
const middleOctet = /^(?:1?\p{Nd}{1,2}|2[0-4]\p{Nd}|25[0-5])$/u;
const lastOctet = /^(?:[1-9]\p{Nd}?|1\p{Nd}\p{Nd}|2[0-4]\p{Nd}|25[0-4])$/u;
/** Longer than any address with digits of two units each. */
const longestIp = 30;

/** Four octets of an address that is neither private, local, multicast nor the first or last of its network. */
function isIpAndRest(word: string, start: number): boolean {
  if (!isAsciiDigit(word.charCodeAt(start))) return false;
  const head = word.slice(start, start + longestIp);
  const match = /^[\p{Nd}.]+/u.exec(head)?.[0] ?? '';
  const [a = '', b = '', c = '', d = '', ...more] = match.split('.');
  if (more.length > 0) return false;
  if (!firstOctet.test(a) || !middleOctet.test(b) || !middleOctet.test(c) || !lastOctet.test(d)) return false;
  if (a === '10' || a === '127') return false;
  if ((a === '169' && b === '254') || (a === '192' && b === '168')) return false;
  if (a === '172' && /^(?:1[6-9]|2\p{Nd}|3[01])$/u.test(b)) return false;
  return isPortAndPath(word, start + match.length);
}

/** An optional `:` with 2 to 5 digits, then an optional path, query or fragment, to the end of the word. */
function isPortAndPath(word: string, start: number): boolean {
  let index = start;
  if (word[index] === ':') {
    let digits = 0;
    index++;
    while (digits <= 5 && index < word.length && isDigit(word.codePointAt(index) ?? 0)) {
      index += widthAt(word, index);
      digits++;
    }
    if (digits < 2 || digits > 5) return false;
  }
  return index === word.length || word[index] === '/' || word[index] === '?' || word[index] === '#';
}
