/** Breaks of lines and tabs. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** Marks that turn the direction of what follows, and invisible tags. */
const INVISIBLE = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;
/** Controls, the escape character of terminals among them, and half characters. */
const CONTROLS = /[\p{Cc}\p{Cs}]/gu;

/**
 * Foreign text, such as a label or a text of a data set, for a terminal or a page: one line without control characters.
 * A break of line becomes a space, an escape character `�`; marks that would turn the writing direction are left out.
 * @example
 * printable('one\ntwo'); // 'one two'
 */
export const printable = (text: string): string =>
  text.replace(BREAKS, ' ').replace(INVISIBLE, '').replace(CONTROLS, '\ufffd');
