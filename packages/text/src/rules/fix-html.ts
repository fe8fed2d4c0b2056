import { unescapeHtml } from './unescape-html.js';

/** What crawled text has instead of characters, in the order it is mended: a later one sees what an earlier one left. */
const repairs: readonly (readonly [string, string])[] = [
  ['#39;', "'"],
  ['amp;', '&'],
  ['#146;', "'"],
  ['nbsp;', ' '],
  ['#36;', '$$'],
  ['\\n', '\n'],
  ['quot;', "'"],
  ['<br />', '\n'],
  ['\\"', '"'],
  ['<unk>', 'xxunk'],
  [' @.@ ', '.'],
  [' @-@ ', '-'],
  ['...', ' …'],
];

/**
 * Mends half-decoded HTML, escaped quotes and line ends, and WikiText's `@-@`, then decodes character references
 * (fastai's `fix_html`).
 * @example
 * fixHtml('one<br />two &lt; three'); // 'one\ntwo < three'
 */
export function fixHtml(text: string): string {
  let mended = text;
  for (const [wrong, right] of repairs) mended = mended.replaceAll(wrong, right);
  return unescapeHtml(mended);
}
