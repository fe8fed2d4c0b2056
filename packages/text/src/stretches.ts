import { isSpace } from './python-text.js';
import { emptyHash, hashStep } from './word-cache.js';

/**
 * Visits the stretches of white space and of anything else in turn, each with its hash, without the space that ends a word:
 * one space between words is in no stretch.
 */
export function forEachStretch(
  text: string,
  visit: (start: number, end: number, isWhite: boolean, hash: number, dropsSpace: boolean) => void,
): void {
  const { length } = text;
  let start = 0;
  let isWhite = length > 0 && isSpace(text.charCodeAt(0));
  let hash = emptyHash;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (isSpace(code) === isWhite) {
      hash = hashStep(hash, code);
      continue;
    }
    const dropsSpace = code === 0x20;
    if (start < index) visit(start, index, isWhite, hash, dropsSpace);
    start = dropsSpace ? index + 1 : index;
    isWhite = !isWhite;
    hash = dropsSpace ? emptyHash : hashStep(emptyHash, code);
  }
  if (start < length) visit(start, length, isWhite, hash, false);
}
