import { ROOT, type NgramTrie } from './ngram-trie.js';
import { words } from './words.js';

/** What n-grams are made of: the words of a text, or the characters of each word with a space before and after it. */
export type NgramUnit = 'words' | 'characters';

/** The shortest and the longest n-gram, in units: `[1, 2]` is words and pairs of words. */
export type NgramRange = readonly [number, number];

/** The units of a text in the sequences that no n-gram reaches across. */
export function unitSequences(unit: NgramUnit, text: string): string[][] {
  const found = words(text);
  if (unit === 'words') return [found];
  return found.map((word) => [' ', ...word, ' ']);
}

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
