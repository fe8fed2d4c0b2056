import { isSpace, isSurrogate, isWord, widthAt } from '../python-text.js';

/**
 * `cccc` -> ` xxrep 4 c `: three or more of one character that is not white space (fastai's `replace_rep`).
 * @example
 * replaceRep('sooo'); // 's xxrep 3 o '
 */
export function replaceRep(text: string): string {
  const { length } = text;
  let result = '';
  let copied = 0;
  let index = 0;
  while (index < length) {
    const code = text.charCodeAt(index);
    let end = index + 1;
    let count = 1;
    if (isSurrogate(code)) {
      const width = widthAt(text, index);
      const character = text.slice(index, index + width);
      end = index + width;
      while (text.startsWith(character, end) && widthAt(text, end) === width) {
        end += width;
        count++;
      }
    } else {
      while (text.charCodeAt(end) === code) end++;
      count = end - index;
    }
    if (count >= 3 && !isSpace(code)) {
      const character = text.slice(index, index + (end - index) / count);
      result += `${text.slice(copied, index)} xxrep ${count} ${character} `;
      copied = end;
    }
    index = end;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

/**
 * `very very very good` -> ` xxwrep 3 very  good`: three or more of one word with white space between them (fastai's
 * `replace_wrep`). The white space before the first and the character after the last belong to the match, so the former is
 * replaced, and a repetition that begins right at the end of another one is left alone.
 * @example
 * replaceWrep('very very very good'); // ' xxwrep 3 very  good'
 */
export function replaceWrep(text: string): string {
  const { length } = text;
  let result = '';
  let copied = 0;
  let index = 0;
  while (index < length) {
    const afterSpace = isSpace(text.charCodeAt(index));
    if (!afterSpace && index > 0) {
      index++;
      continue;
    }
    const start = afterSpace ? index + 1 : index;
    const wordEnd = endOfWord(text, start);
    index = Math.max(wordEnd, index + 1);
    if (wordEnd === start || !isSpace(text.charCodeAt(wordEnd))) continue;

    // `repeats` more of the word are followed by white space; one more may follow that ends otherwise.
    let repeats = 0;
    let last = wordEnd;
    let closed = false;
    for (;;) {
      const next = endOfSpace(text, last);
      const end = endOfRepeat(text, start, wordEnd, next);
      if (end < 0) break;
      if (end < length && isSpace(text.charCodeAt(end))) {
        repeats++;
        last = end;
      } else {
        closed = end >= length || !isWord(text.codePointAt(end) ?? 0);
        if (closed) last = end;
        break;
      }
    }
    const count = 1 + repeats + (closed ? 1 : 0);
    if (count < 3) continue;
    const end = last < length ? last + widthAt(text, last) : last;
    const word = text.slice(start, wordEnd);
    result += `${text.slice(copied, afterSpace ? start - 1 : start)} xxwrep ${count} ${word} ${text.slice(last, end)}`;
    copied = end;
    index = end;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

function endOfWord(text: string, start: number): number {
  let end = start;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code < 0x80) {
      if (!isWord(code)) break;
      end++;
    } else {
      if (!isWord(text.codePointAt(end) ?? 0)) break;
      end += widthAt(text, end);
    }
  }
  return end;
}

function endOfSpace(text: string, start: number): number {
  let end = start;
  while (end < text.length && isSpace(text.charCodeAt(end))) end++;
  return end;
}

/** Where the word of `start` to `end` ends that begins again at `at`, or -1. */
function endOfRepeat(text: string, start: number, end: number, at: number): number {
  for (let offset = 0; offset < end - start; offset++) {
    if (text.charCodeAt(at + offset) !== text.charCodeAt(start + offset)) return -1;
  }
  return at + end - start;
}
