/** Line and paragraph ends of every system and of Unicode. */
const lineEnds = /\r\n?|[\u0085\u2028\u2029]/g;
/** Spaces of any width, such as the ideographic and the no-break space, and the zero-width one that tells words apart. */
const spaces = /[\p{Zs}\u200b]/gu;
/** What is not seen and splits no words: the soft hyphen, the word joiner, the byte-order mark. */
const invisible = /[\u00ad\u2060\ufeff]/g;
const beyondLatin1 = /[\u0100-\uffff]/;
/** A text's stretches in pieces: putting a long run of marks in order takes quadratic time. */
const pieces = /\S{1,512}/gu;

/** One line end, one space, and nothing invisible: the same word looks the same to a model. */
export function plainSpaces(text: string): string {
  return text.replace(lineEnds, '\n').replace(spaces, ' ').replace(invisible, '');
}

/** Unicode's normal form C: a letter and its accent as one character, however they were typed. */
export function composeCharacters(text: string): string {
  return beyondLatin1.test(text) ? text.replace(pieces, (piece) => piece.normalize('NFC')) : text;
}
