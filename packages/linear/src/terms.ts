import type { TermCounts } from './term-counts.js';

/** The terms of a text that a model knows, as numbers from 0. Both kinds are {@link NgramVocabulary} and {@link HashedNgrams}. */
export interface Terms {
  /** The number of terms. */
  readonly size: number;
  /** Adds `offset` + its number for each term of a text, and for each of its repetitions. */
  count(text: string, counts: TermCounts, offset: number): void;
  /** Calls `visit` with each term of a list of words, each time it is there, and with the first and the last word that it is made of. */
  visit(words: readonly string[], visit: (term: number, from: number, last: number) => void): void;
  /** The terms of a text by their numbers, to be shown: `not good`. */
  names(text: string): Map<number, string>;
}
