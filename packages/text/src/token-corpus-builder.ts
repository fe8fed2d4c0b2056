import { UlmfitError } from '@ulmfit/kernels';
import { PackedDocuments } from './packed-documents.js';
import { TokenCorpus } from './token-corpus.js';
import type { Vocabulary } from './vocabulary.js';

/**
 * Collects a corpus before its vocabulary is known, so that it is tokenized once: tokens get provisional ids and are
 * counted as they come, and {@link build} replaces those by the vocabulary's.
 */
export class TokenCorpusBuilder {
  readonly #packed = new PackedDocuments();
  readonly #provisional = new Map<string, number>();
  readonly #counts: number[] = [];
  #built = false;

  /** The number of documents so far. */
  get documents(): number {
    return this.#packed.documents;
  }

  /** The number of tokens so far. */
  get tokens(): number {
    return this.#packed.tokens;
  }

  /** Adds a document. @throws UlmfitError `CORPUS_BUILT` after {@link build}. */
  add(tokens: Iterable<string>): this {
    this.#requireUnbuilt();
    for (const token of tokens) {
      let id = this.#provisional.get(token);
      if (id === undefined) {
        id = this.#counts.length;
        this.#provisional.set(token, id);
        this.#counts.push(0);
      }
      this.#counts[id] = (this.#counts[id] as number) + 1;
      this.#packed.push(id);
    }
    this.#packed.endDocument();
    return this;
  }

  /** How often each token occurs, in order of first appearance: what `buildVocabulary` takes. */
  counts(): Map<string, number> {
    return new Map(Array.from(this.#provisional, ([token, id]) => [token, this.#counts[id] as number]));
  }

  /**
   * The corpus in the vocabulary's ids. They are replaced in place, so this works once.
   * @throws UlmfitError `CORPUS_BUILT` the second time.
   */
  build(vocabulary: Vocabulary): TokenCorpus {
    this.#requireUnbuilt();
    this.#built = true;
    const final = vocabulary.encode([...this.#provisional.keys()]);
    const ids = this.#packed.ids();
    for (let i = 0; i < ids.length; i++) ids[i] = final[ids[i] as number] as number;
    return TokenCorpus.fromPacked(ids, this.#packed.offsets());
  }

  #requireUnbuilt(): void {
    if (this.#built) {
      throw new UlmfitError(
        'CORPUS_BUILT',
        'corpus builder: the corpus is built; start a new builder for another',
      );
    }
  }
}
