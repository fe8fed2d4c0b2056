import type { TokenCorpus } from './token-corpus.js';

/**
 * A corpus read as one long text, document after document in a given order. Nothing is copied: it holds the order and
 * where each document begins in the text.
 */
export class DocumentStream {
  readonly #corpus: TokenCorpus;
  readonly #order: Uint32Array;
  readonly #backwards: boolean;
  /** Where the i-th document of the order begins; the last entry is the length of the text. */
  readonly #starts: Float64Array;

  constructor(corpus: TokenCorpus, order: Uint32Array, backwards: boolean) {
    this.#corpus = corpus;
    this.#order = order;
    this.#backwards = backwards;
    this.#starts = new Float64Array(order.length + 1);
    let end = 0;
    order.forEach((document, i) => {
      end += corpus.documentLength(document);
      this.#starts[i + 1] = end;
    });
  }

  /** Fills `target` with the text from `position` on. The text has to reach that far. */
  read(position: number, target: Int32Array): void {
    let i = this.#documentAt(position);
    let skip = position - (this.#starts[i] as number);
    for (let filled = 0; filled < target.length; i++, skip = 0) {
      const document = this.#corpus.document(this.#order[i] as number);
      const count = Math.min(document.length - skip, target.length - filled);
      if (this.#backwards) {
        const last = document.length - 1 - skip;
        for (let j = 0; j < count; j++) target[filled + j] = document[last - j] as number;
      } else {
        target.set(document.subarray(skip, skip + count), filled);
      }
      filled += count;
    }
  }

  /** The last document of the order that begins at or before a position (by bisection). */
  #documentAt(position: number): number {
    let low = 0;
    let high = this.#order.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] as number) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
