import { UlmfitError } from '@ulmfit/errors';

/** UTF-16 code units. A longer document is no document, and would fill the memory. */
const MAXIMUM_LENGTH = 64 * 1024 * 1024;

/**
 * The documents of a text that comes in pieces, without the blank lines around them.
 * @throws UlmfitError `DOCUMENT_TOO_LONG`.
 */
export async function* splitDocuments(
  texts: AsyncIterable<string>,
  separator: string,
  file: string,
): AsyncGenerator<string, void> {
  // A document under way is a list of pieces: joining it at each piece would cost the square of its length.
  let pieces: string[] = [];
  let length = 0;
  let tail = ''; // may be the start of a separator
  const finish = (rest: string): string => {
    const document = [...pieces, rest].join('').replace(/^\n+/, '').replace(/\n+$/, '');
    pieces = [];
    length = 0;
    return document;
  };
  for await (const text of texts) {
    const parts = (tail + text).split(separator);
    const last = parts.pop() ?? '';
    for (const part of parts) yield finish(part);
    tail = last.slice(-(separator.length - 1));
    pieces.push(last.slice(0, last.length - tail.length));
    length += last.length - tail.length;
    if (length > MAXIMUM_LENGTH) {
      throw new UlmfitError(
        'DOCUMENT_TOO_LONG',
        `${file}: a document has more than ${MAXIMUM_LENGTH} characters; separate documents by two blank lines`,
      );
    }
  }
  yield finish(tail);
}
