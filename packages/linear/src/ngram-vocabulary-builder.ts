import { UlmfitError } from '@ulmfit/errors';
import { NgramTrie, ROOT } from './ngram-trie.js';
import { arrangeNgrams, type ArrangedNgrams } from './ngram-vocabulary.js';
import { unitSequences, type NgramRange, type NgramUnit } from './ngrams.js';
import type { TermCounts } from './term-counts.js';

/** A `Map` holds 2^24 entries. */
const MAX_SYMBOLS = 2 ** 24 - 1;

/** Numbers all n-grams of the texts of training as they come, and then keeps those that were in enough texts. */
export class NgramVocabularyBuilder {
  readonly #numbers = new Map<string, number>();
  readonly #trie = new NgramTrie(2 ** 16);
  #documents = new Int32Array(2 ** 16);

  constructor(
    readonly unit: NgramUnit,
    readonly ngrams: NgramRange,
  ) {}

  /**
   * Counts a text's n-grams by their nodes, each of which is then in one text more.
   * @throws UlmfitError `TOO_MANY_WORDS` beyond what fits in memory
   */
  add(text: string, counts: TermCounts): void {
    const [shortest, longest] = this.ngrams;
    for (const units of unitSequences(this.unit, text)) {
      const symbols = units.map((unit) => this.#numberOf(unit));
      for (let from = 0; from < symbols.length; from++) {
        let node = ROOT;
        for (let to = from; to < symbols.length && to < from + longest; to++) {
          node = this.#trie.add(node, symbols[to] as number);
          if (node === ROOT) throw tooMany();
          if (to - from + 1 >= shortest) counts.add(node);
        }
      }
    }
    counts.sort();
    if (this.#documents.length < this.#trie.size) {
      const wider = new Int32Array(this.#trie.size * 2);
      wider.set(this.#documents);
      this.#documents = wider;
    }
    for (let i = 0; i < counts.size; i++) {
      const node = counts.terms[i] as number;
      this.#documents[node] = (this.#documents[node] as number) + 1;
    }
  }

  #numberOf(unit: string): number {
    const known = this.#numbers.get(unit);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    if (number === MAX_SYMBOLS) throw tooMany();
    // A copy: engines make a long word a view of its text, which would keep the whole text in memory.
    this.#numbers.set(` ${unit}`.slice(1), number);
    return number;
  }

  /** The n-grams that were in `minCount` texts, with the term of each node. */
  build(minCount: number): ArrangedNgrams {
    return arrangeNgrams({
      unit: this.unit,
      ngrams: this.ngrams,
      symbols: [...this.#numbers.keys()],
      trie: this.#trie,
      documents: this.#documents.subarray(0, this.#trie.size).map((count) => (count >= minCount ? count : 0)),
    });
  }
}

const tooMany = () =>
  new UlmfitError('TOO_MANY_WORDS', 'more different terms than fit in memory; set "hashed" to bound them');
