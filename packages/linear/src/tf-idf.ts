import type { HashedNgrams } from './hashed-ngrams.js';
import type { NgramVocabulary } from './ngram-vocabulary.js';
import type { TermCounts } from './term-counts.js';

/** One kind of terms with how much each says: a term in few texts says more. */
export interface TermWeights {
  readonly terms: NgramVocabulary | HashedNgrams;
  /** In how many texts of training each term was. */
  readonly documents: Int32Array;
}

/** Terms of a text, ascending, with their values. */
export interface TextVector {
  readonly terms: Int32Array;
  readonly values: Float64Array;
}

/**
 * TF-IDF as scikit-learn's `TfidfVectorizer` has it: `1 + ln count` (`sublinear`) times `1 + ln((1 + texts) / (1 + texts with
 * the term))`, each text scaled to length 1. Several kinds of terms are scaled each for itself and put side by side.
 */
export class TfIdf {
  /** The number of terms of all kinds. */
  readonly size: number;
  readonly #idf: Float64Array;
  readonly #offsets: number[];

  constructor(
    readonly kinds: readonly TermWeights[],
    /** The number of texts of training. */
    readonly texts: number,
    readonly sublinear: boolean,
  ) {
    this.#offsets = [0];
    for (const { terms } of kinds) this.#offsets.push((this.#offsets.at(-1) as number) + terms.size);
    this.size = this.#offsets.at(-1) as number;
    this.#idf = new Float64Array(this.size);
    kinds.forEach(({ documents }, kind) => {
      const offset = this.#offsets[kind] as number;
      documents.forEach((count, i) => (this.#idf[offset + i] = Math.log((1 + texts) / (1 + count)) + 1));
    });
  }

  /** The vector of a text: empty where it has no known term. */
  transform(text: string, counts: TermCounts): TextVector {
    this.kinds.forEach(({ terms }, kind) => terms.count(text, counts, this.#offsets[kind] as number));
    counts.sort();
    const values = new Float64Array(counts.size);
    this.weigh(counts.terms, counts.counts, values);
    return { terms: counts.terms.slice(0, counts.size), values };
  }

  /** Fills `values` with those of as many terms, which ascend. */
  weigh(terms: Int32Array, counts: Int32Array, values: Float64Array | Float32Array): void {
    let at = 0;
    for (let kind = 0; kind < this.kinds.length; kind++) {
      const from = at;
      const end = this.#offsets[kind + 1] as number;
      let squares = 0;
      for (; at < values.length && (terms[at] as number) < end; at++) {
        const count = counts[at] as number;
        const value =
          (this.sublinear ? 1 + Math.log(count) : count) * (this.#idf[terms[at] as number] as number);
        values[at] = value;
        squares += value * value;
      }
      const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
      for (let i = from; i < at; i++) values[i] = (values[i] as number) * scale;
    }
  }

  /** Calls `visit` with each term of words, each time it is there, and with the first and the last word that it is made of. */
  visit(words: readonly string[], visit: (term: number, first: number, last: number) => void): void {
    this.kinds.forEach(({ terms }, kind) => {
      const offset = this.#offsets[kind] as number;
      terms.visit(words, (term, first, last) => visit(offset + term, first, last));
    });
  }

  /** Terms of a text by number, to be shown. */
  names(text: string): Map<number, string> {
    const all = new Map<number, string>();
    this.kinds.forEach(({ terms }, kind) => {
      for (const [term, name] of terms.names(text)) all.set((this.#offsets[kind] as number) + term, name);
    });
    return all;
  }
}
