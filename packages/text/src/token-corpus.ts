import { UlmfitError } from '@ulmfit/errors';
import { PackedDocuments } from './packed-documents.js';

/**
 * A corpus as token ids, about 4 bytes a token: one array of ids, and where each document stands in it. Subsets share
 * the array.
 * @example
 * const corpus = TokenCorpus.fromDocuments([[2, 3, 4], [2, 5]]);
 * corpus.tokens; // 5
 */
export class TokenCorpus {
  readonly #ids: Int32Array;
  readonly #starts: Float64Array;
  readonly #lengths: Int32Array;
  /** The number of tokens of all documents. */
  readonly tokens: number;

  private constructor(ids: Int32Array, starts: Float64Array, lengths: Int32Array) {
    this.#ids = ids;
    this.#starts = starts;
    this.#lengths = lengths;
    this.tokens = lengths.reduce((sum, length) => sum + length, 0);
  }

  /** Packs documents given as ids, read one at a time. */
  static fromDocuments(documents: Iterable<ArrayLike<number>>): TokenCorpus {
    const packed = new PackedDocuments();
    for (const ids of documents) {
      for (let i = 0; i < ids.length; i++) packed.push(ids[i] as number);
      packed.endDocument();
    }
    return TokenCorpus.fromPacked(packed.ids(), packed.offsets());
  }

  /**
   * A corpus over ids that are packed already: document `i` is `ids[offsets[i] .. offsets[i + 1]]`. Nothing is copied.
   * @throws UlmfitError `BAD_CORPUS` when the offsets do not rise from 0 to the number of ids.
   */
  static fromPacked(ids: Int32Array, offsets: ArrayLike<number>): TokenCorpus {
    if (offsets[0] !== 0 || offsets[offsets.length - 1] !== ids.length) {
      throw new UlmfitError(
        'BAD_CORPUS',
        `corpus: offsets go from ${offsets[0]} to ${offsets[offsets.length - 1]}, expected 0 to ${ids.length} (the number of ids)`,
      );
    }
    const length = offsets.length - 1;
    const starts = new Float64Array(length);
    const lengths = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      const start = offsets[i] as number;
      const end = offsets[i + 1] as number;
      if (!Number.isInteger(end) || end < start) {
        throw new UlmfitError('BAD_CORPUS', `corpus: document ${i} goes from ${start} to ${end}`);
      }
      starts[i] = start;
      lengths[i] = end - start;
    }
    return new TokenCorpus(ids, starts, lengths);
  }

  /** The number of documents. */
  get length(): number {
    return this.#lengths.length;
  }

  /** The number of tokens of a document. @throws UlmfitError `BAD_INDEX` when there is no such document. */
  documentLength(index: number): number {
    const length = this.#lengths[index];
    if (length === undefined) {
      throw new UlmfitError('BAD_INDEX', `document ${index}: the corpus has ${this.length} documents`);
    }
    return length;
  }

  /** A view, not to be written to, of a document's ids. @throws UlmfitError `BAD_INDEX` when there is none. */
  document(index: number): Int32Array {
    const length = this.documentLength(index);
    const start = this.#starts[index] as number;
    return this.#ids.subarray(start, start + length);
  }

  /** Some of the documents, in the given order. @throws UlmfitError `BAD_INDEX` for one that there is not. */
  subset(indices: ArrayLike<number>): TokenCorpus {
    const starts = new Float64Array(indices.length);
    const lengths = new Int32Array(indices.length);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] as number;
      lengths[i] = this.documentLength(index);
      starts[i] = this.#starts[index] as number;
    }
    return new TokenCorpus(this.#ids, starts, lengths);
  }
}
