/**
 * The few notions of Python's `str` and `re` that the reference's rules are written in, where JavaScript's own differ:
 * JavaScript's `\s` has U+FEFF and lacks U+001C-001F and U+0085, its `\w` is ASCII.
 */

/** `str.isspace` of one character, also `\s`. */
export function isSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x1f);
  if (code < 0x1680) return code === 0x85 || code === 0xa0;
  return (
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0x1680
  );
}

const asciiWord = Uint8Array.from({ length: 0x80 }, (_, code) =>
  /\w/.test(String.fromCharCode(code)) ? 1 : 0,
);
const letterOrNumber = /^[\p{L}\p{N}]$/u;

/** `\w`: a letter, a number of any script, or an underscore. */
export function isWord(codePoint: number): boolean {
  if (codePoint < 0x80) return asciiWord[codePoint] === 1;
  return letterOrNumber.test(String.fromCodePoint(codePoint));
}

const decimalDigit = /^\p{Nd}$/u;

/** `\d`: a decimal digit of any script. */
export function isDigit(codePoint: number): boolean {
  return codePoint < 0x80 ? isAsciiDigit(codePoint) : decimalDigit.test(String.fromCodePoint(codePoint));
}

export function isAsciiDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isAsciiLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

/** `str.strip()`. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** The code units, 1 or 2, of the character at `index`. A lone surrogate is a character of its own. */
export function widthAt(text: string, index: number): 1 | 2 {
  return isHighSurrogate(text.charCodeAt(index)) && isLowSurrogate(text.charCodeAt(index + 1)) ? 2 : 1;
}

/** The code units, 1 or 2, of the character that ends before `index` and begins at `from` or later. */
export function widthBefore(text: string, index: number, from: number): 1 | 2 {
  return index - from >= 2 &&
    isLowSurrogate(text.charCodeAt(index - 1)) &&
    isHighSurrogate(text.charCodeAt(index - 2))
    ? 2
    : 1;
}

export function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
