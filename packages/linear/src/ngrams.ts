import { ROOT, type NgramTrie } from './ngram-trie.js';
import { words } from './words.js';

/** What n-grams are made of: the words of a text, or the characters of each word with a space before and after it. */
export type NgramUnit = 'words' | 'characters';

/** The shortest and the longest n-gram, in units: `[1, 2]` is words and pairs of words. */
export type NgramRange = readonly [number, number];

/** The units of a text in the sequences that no n-gram reaches across. */
export const unitSequences = (unit: NgramUnit, text: string): readonly (readonly string[])[] =>
  sequencesOf(unit, words(text));

/** The same of its words: all of them are a sequence, or each is one of its characters. */
export const sequencesOf = (unit: NgramUnit, found: readonly string[]): readonly (readonly string[])[] =>
  unit === 'words' ? [found] : found.map((word) => [' ', ...word, ' ']);

/** The first and the last word that an n-gram of a sequence is made of. */
export const wordsOfNgram = (
  unit: NgramUnit,
  sequence: number,
  from: number,
  to: number,
): readonly [first: number, last: number] => (unit === 'words' ? [from, to - 1] : [sequence, sequence]);

/** Calls `visit` with the node of every n-gram of a sequence that the trie has, and of each of its repetitions. */
export function visitNgrams(
  trie: NgramTrie,
  symbols: readonly number[],
  [shortest, longest]: NgramRange,
  visit: (node: number, from: number, to: number) => void,
): void {
  for (let from = 0; from < symbols.length; from++) {
    let node = ROOT;
    for (let to = from; to < symbols.length && to < from + longest; to++) {
      node = trie.find(node, symbols[to] as number);
      if (node === ROOT) break; // no longer one is there either
      if (to - from + 1 >= shortest) visit(node, from, to + 1);
    }
  }
}
