import { segmentWords } from '@ulmfit/text/tokens';

/** Scripts that write no spaces between words: a dictionary finds the words. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const unspaced = new RegExp(`[${UNSPACED}]`, 'u');

/** Two or more letters, marks, digits or underscores: scikit-learn's `\w\w+`, which has no marks and so cuts Hindi words. */
const word = /[\p{L}\p{M}\p{N}_]{2,}/gu;
const wordOrUnspaced = new RegExp(`[\\p{L}\\p{M}\\p{N}_]{2,}|[${UNSPACED}]`, 'gu');

const letterOrNumber = /[\p{L}\p{N}]/u;

let segmenter: Intl.Segmenter | undefined;

/**
 * The words of a text in lower case, as scikit-learn's `TfidfVectorizer` finds them: runs of two and more letters, digits and
 * underscores. Runs of a script without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) are cut by
 * `Intl.Segmenter`, where a word may be one character.
 */
export function words(text: string): string[] {
  const lower = text.normalize('NFC').toLowerCase();
  if (!unspaced.test(lower)) return lower.match(word) ?? [];
  // The locale is named, so that the machine's own does not matter.
  segmenter ??= new Intl.Segmenter('en', { granularity: 'word' });
  const found: string[] = [];
  for (const run of lower.match(wordOrUnspaced) ?? []) {
    if (!unspaced.test(run)) found.push(run);
    else
      for (const segment of segmentWords(segmenter, run))
        if (letterOrNumber.test(segment)) found.push(segment);
  }
  return found;
}
