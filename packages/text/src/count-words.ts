import { isSpace } from './python-text.js';

/**
 * The number of words between white space: `len(text.split())` of Python, by which corpora are measured.
 * @example
 * countWords('A warm and funny film.'); // 5
 */
export function countWords(text: string): number {
  let words = 0;
  let inWord = false;
  for (let i = 0; i < text.length; i++) {
    const space = isSpace(text.charCodeAt(i));
    if (!space && !inWord) words++;
    inWord = !space;
  }
  return words;
}
