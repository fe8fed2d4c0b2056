import { isSpace, strip } from '../python-text.js';

/**
 * Words that begin with A-Z and have no a-z become lower-case with `xxup` before them, if longer than one character
 * (fastai's `replace_all_caps`). A word here is what stands between white space.
 * @example
 * replaceAllCaps('a GREAT film'); // 'a xxup great film'
 */
export function replaceAllCaps(text: string): string {
  return markCapitals(text, 'xxup ', isAsciiLower);
}

/**
 * Words whose first letter alone is of A-Z become lower-case with `xxmaj` before them (fastai's `replace_maj`).
 * @example
 * replaceMaj('A Film'); // 'a xxmaj film'
 */
export function replaceMaj(text: string): string {
  return markCapitals(text, 'xxmaj ', isAsciiUpper);
}

/**
 * Lower-cases, strips, and begins the document with `xxbos` (fastai's `lowercase`).
 * @example
 * lowercase(' A Film '); // 'xxbos a film'
 */
export function lowercase(text: string): string {
  return `xxbos ${strip(text.toLowerCase())}`;
}

/** Lower-cases and marks each word that begins with A-Z and holds no further letter of the excluded kind. */
function markCapitals(text: string, mark: string, isExcluded: (code: number) => boolean): string {
  const { length } = text;
  let result = '';
  let copied = 0;
  let index = 0;
  while (index < length) {
    const code = text.charCodeAt(index);
    if (isSpace(code)) {
      index++;
      continue;
    }
    let matches = isAsciiUpper(code);
    let end = index + 1;
    for (; end < length; end++) {
      const next = text.charCodeAt(end);
      if (isSpace(next)) break;
      if (matches && isExcluded(next)) matches = false;
    }
    if (matches) {
      const word = text.slice(index, end).toLowerCase();
      result += text.slice(copied, index) + (end - index > 1 ? mark : '') + word;
      copied = end;
    }
    index = end;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

function isAsciiUpper(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

function isAsciiLower(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}
