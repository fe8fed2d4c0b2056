import { NgramTrie, ROOT } from './ngram-trie.js';
import { sequencesOf, visitNgrams, wordsOfNgram, type NgramRange, type NgramUnit } from './ngrams.js';
import type { TermCounts } from './term-counts.js';
import type { Terms } from './terms.js';
import { words } from './words.js';

/** What an {@link NgramVocabulary} is made of. */
export interface NgramVocabularyParts {
  readonly unit: NgramUnit;
  readonly ngrams: NgramRange;
  /** The words or characters, each once. */
  readonly symbols: readonly string[];
  /** The n-grams and what they begin with. */
  readonly trie: NgramTrie;
  /** In how many texts of training each node's n-gram was; 0 where it is no term but only the beginning of one. */
  readonly documents: Int32Array;
}

/** The n-grams that a model knows, by number: nodes of a trie in their order, without those that are no terms. */
export class NgramVocabulary implements Terms {
  readonly size: number;
  readonly documents: Int32Array;
  readonly #numbers: Map<string, number>;
  /** The term of a node, or -1. */
  readonly #terms: Int32Array;

  constructor(readonly parts: NgramVocabularyParts) {
    const { symbols, trie, documents } = parts;
    this.#numbers = new Map(symbols.map((symbol, i) => [symbol, i]));
    this.#terms = new Int32Array(trie.size).fill(-1);
    let size = 0;
    for (let node = 1; node < trie.size; node++) {
      if ((documents[node] as number) > 0) this.#terms[node] = size++;
    }
    this.size = size;
    this.documents = documents.filter((count) => count > 0);
  }

  count(text: string, counts: TermCounts, offset: number): void {
    this.#visit(words(text), (term) => counts.add(offset + term));
  }

  visit(found: readonly string[], visit: (term: number, first: number, last: number) => void): void {
    const { unit } = this.parts;
    this.#visit(found, (term, _, from, to, sequence) =>
      visit(term, ...wordsOfNgram(unit, sequence, from, to)),
    );
  }

  names(text: string): Map<number, string> {
    const names = new Map<number, string>();
    const glue = this.parts.unit === 'words' ? ' ' : '';
    this.#visit(words(text), (term, units, from, to) => {
      if (!names.has(term)) names.set(term, units.slice(from, to).join(glue));
    });
    return names;
  }

  #visit(
    found: readonly string[],
    visit: (term: number, units: readonly string[], from: number, to: number, sequence: number) => void,
  ): void {
    const { unit, trie, ngrams } = this.parts;
    for (const [sequence, units] of sequencesOf(unit, found).entries()) {
      const symbols = units.map((symbol) => this.#numbers.get(symbol) ?? -1);
      visitNgrams(trie, symbols, ngrams, (node, from, to) => {
        const term = this.#terms[node] as number;
        if (term >= 0) visit(term, units, from, to, sequence);
      });
    }
  }

  /** The vocabulary of some of its terms, with the new number of each of its own, or -1 where it is left out. */
  keep(isKept: (term: number) => boolean): ArrangedNgrams {
    const documents = this.parts.documents.map((count, node) => {
      const term = this.#terms[node] as number;
      return term >= 0 && isKept(term) ? count : 0;
    });
    const { vocabulary, termOf } = arrangeNgrams({ ...this.parts, documents });
    return { vocabulary, termOf: termOf.filter((_, node) => (this.#terms[node] as number) >= 0) };
  }
}

export interface ArrangedNgrams {
  readonly vocabulary: NgramVocabulary;
  /** The term of each number before, or -1. */
  readonly termOf: Int32Array;
}

/**
 * Puts n-grams in an order that does not depend on that of the texts: symbols by code unit, n-grams by length and within it by
 * symbols. What is neither a term nor the beginning of one goes.
 * @returns `termOf` by node of the trie that was given
 */
export function arrangeNgrams({
  unit,
  ngrams,
  symbols: names,
  trie,
  documents,
}: NgramVocabularyParts): ArrangedNgrams {
  const isNeeded = new Uint8Array(trie.size);
  const isSymbolNeeded = new Uint8Array(names.length);
  // A node comes after its prefix, so from the end each node is settled before its prefix is looked at.
  for (let node = trie.size - 1; node > ROOT; node--) {
    if (isNeeded[node] === 0 && documents[node] === 0) continue;
    isNeeded[node] = 1;
    isNeeded[trie.prefixOf(node)] = 1;
    isSymbolNeeded[trie.symbolOf(node)] = 1;
  }
  const order = names.flatMap((name, i) => (isSymbolNeeded[i] === 1 ? [{ name, i }] : []));
  order.sort((a, b) => (a.name < b.name ? -1 : 1));
  const rank = new Int32Array(names.length).fill(-1);
  order.forEach(({ i }, r) => (rank[i] = r));

  const children = childrenOf(trie, isNeeded);
  const arranged = new NgramTrie(trie.size);
  const counts = new Int32Array(trie.size);
  const termOf = new Int32Array(trie.size).fill(-1);
  let terms = 0;
  for (let level: readonly { from: number; to: number }[] = [{ from: ROOT, to: ROOT }]; level.length > 0;) {
    const next: { from: number; to: number }[] = [];
    for (const parent of level) {
      const sorted = children(parent.from).sort(
        (a, b) => (rank[trie.symbolOf(a)] as number) - (rank[trie.symbolOf(b)] as number),
      );
      for (const from of sorted) {
        const to = arranged.add(parent.to, rank[trie.symbolOf(from)] as number);
        counts[to] = documents[from] as number;
        if (counts[to] !== 0) termOf[from] = terms++;
        next.push({ from, to });
      }
    }
    level = next;
  }
  const parts = {
    unit,
    ngrams,
    symbols: order.map(({ name }) => name),
    trie: arranged,
    documents: counts.slice(0, arranged.size),
  };
  return { vocabulary: new NgramVocabulary(parts), termOf };
}

/** The needed nodes that go on from each node by one symbol. */
function childrenOf(trie: NgramTrie, isNeeded: Uint8Array): (node: number) => Int32Array {
  const ends = new Int32Array(trie.size + 1);
  for (let node = 1; node < trie.size; node++) {
    const at = trie.prefixOf(node) + 1;
    if (isNeeded[node] === 1) ends[at] = (ends[at] as number) + 1;
  }
  for (let node = 0; node < trie.size; node++) {
    ends[node + 1] = (ends[node + 1] as number) + (ends[node] as number);
  }
  const starts = ends.slice(0, trie.size);
  const nodes = new Int32Array(ends[trie.size] as number);
  const filled = starts.slice();
  for (let node = 1; node < trie.size; node++) {
    const prefix = trie.prefixOf(node);
    if (isNeeded[node] === 0) continue;
    nodes[filled[prefix] as number] = node;
    filled[prefix] = (filled[prefix] as number) + 1;
  }
  return (node) => nodes.slice(starts[node], ends[node + 1]);
}
