import { requireInteger, UlmfitError } from '@ulmfit/errors';

/** Documents side by side, padded to one length. */
export interface PaddedWindows {
  /** `[batch, time]`, row by row. */
  ids: Int32Array;
  /** `[batch, time]`; `time` is the length of the longest document. */
  shape: [batch: number, time: number];
  /** Each document's number of tokens. */
  lengths: Int32Array;
  /** The column of each document's first token: a multiple of `window`. */
  starts: Int32Array;
}

/**
 * Pads documents for a classifier that reads window by window: padding comes first in whole windows and what is left of
 * it comes last (fastai's `pad_chunk`), so that every document begins at the beginning of a window and a state carried
 * along meets no padding before the document's end.
 * @throws UlmfitError `EMPTY_DOCUMENT` for a document without tokens, `BAD_OPTION` for a window that is no positive integer.
 * @example
 * const { shape, starts } = padWindows([[5, 6, 7], [8]], 2);
 * shape; // [2, 3]
 */
export function padWindows(
  documents: readonly ArrayLike<number>[],
  window = 72,
  padIndex = 1,
): PaddedWindows {
  requireInteger('window', window);
  const lengths = Int32Array.from(documents, (document) => document.length);
  const empty = lengths.indexOf(0);
  if (empty >= 0) throw emptyDocument(empty);
  const time = lengths.reduce((longest, length) => Math.max(longest, length), 0);
  const starts = lengths.map((length) => Math.floor((time - length) / window) * window);
  const ids = new Int32Array(documents.length * time).fill(padIndex);
  documents.forEach((document, row) => ids.set(document, row * time + (starts[row] as number)));
  return { ids, shape: [documents.length, time], lengths, starts };
}

/** The error for a document that has no token, not even `xxbos`. */
export function emptyDocument(index: number): UlmfitError {
  return new UlmfitError(
    'EMPTY_DOCUMENT',
    `document ${index} has no tokens, not even xxbos; leave it out or tokenize it again`,
  );
}
