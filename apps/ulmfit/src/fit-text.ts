import { printable } from '@ulmfit/errors';
import measure from 'fast-string-truncated-width';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A name in so many columns of a terminal: cut with `…`, filled with spaces. Wide characters count two. */
export function fitText(name: string, columns: number): string {
  const text = printable(name);
  const cut = measure(text).width <= columns ? text : `${beginning(text, columns - 1)}…`;
  return cut + ' '.repeat(Math.max(0, columns - measure(cut).width));
}

/** How many columns a name takes. */
export const textWidth = (name: string): number => measure(printable(name)).width;

/** As many whole characters as fit; a name may be a book, so no more of it is looked at. */
function beginning(text: string, columns: number): string {
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text.slice(0, 20 * columns))) {
    used += measure(segment).width;
    if (used > columns) break;
    kept += segment;
  }
  return kept;
}
