import { widthAt } from '../python-text.js';

/**
 * A step of `Intl.Segmenter` takes time that grows with the text's length, so that a long text takes quadratic time (a
 * megabyte of short words: hours). It is given so many characters at once.
 */
const WINDOW = 512;
/** Words that begin before here are surely seen whole, and what comes after is looked at again from the next window's start. */
const SURE = 448;

/**
 * The segments of a text, in order; joined they are the text. Takes linear time, which `segmenter.segment` alone does not.
 * Where they are cut depends on the text alone. A word longer than the window is cut, between characters.
 * @param segmenter one of words: `new Intl.Segmenter(language, { granularity: 'word' })`
 * @example
 * [...segmentWords(new Intl.Segmenter('en', { granularity: 'word' }), 'A film.')]; // ['A', ' ', 'film', '.']
 */
export function* segmentWords(segmenter: Intl.Segmenter, text: string): Generator<string> {
  let start = 0;
  while (text.length - start > WINDOW) {
    // A pair of surrogates is not cut.
    const end = start + WINDOW - 1 + (widthAt(text, start + WINDOW - 1) === 2 ? 0 : 1);
    const window = text.slice(start, end);
    let taken = 0;
    for (const { segment, index } of segmenter.segment(window)) {
      if (index >= SURE) break;
      yield segment;
      taken = index + segment.length;
    }
    start += taken;
  }
  if (start < text.length) {
    for (const { segment } of segmenter.segment(text.slice(start))) yield segment;
  }
}
