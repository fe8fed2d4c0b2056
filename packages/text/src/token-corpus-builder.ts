import { UlmfitError } from '@ulmfit/errors';
import { ownString } from './own-string.js';
import { PackedDocuments } from './packed-documents.js';
import type { PackedTokens } from './packed-tokens.js';
import { TokenCorpus } from './token-corpus.js';
import type { Vocabulary } from './vocabulary.js';

/** As many different tokens as a `Map` holds. */
const MOST_WORDS = 2 ** 24 - 1;

/**
 * Collects a corpus before its vocabulary is known, so that it is tokenized once: tokens get provisional ids and are
 * counted as they come, and {@link build} replaces those by the vocabulary's. Takes 4 to 8 bytes a token while it grows.
 * @example
 * const builder = new TokenCorpusBuilder();
 * for (const text of texts) builder.add(fastaiTokenizer().tokenize(text));
 * const vocabulary = buildVocabulary(builder.counts());
 * const corpus = builder.build(vocabulary);
 */
export class TokenCorpusBuilder {
  #packed = new PackedDocuments();
  readonly #provisional = new Map<string, number>();
  readonly #counts: number[] = [];
  #built = false;

  /**
   * A builder of what another one has {@link TokenCorpusBuilder.packed}. Its ids are taken over, not copied.
   * @throws UlmfitError `BAD_CORPUS` when the ids do not fit the words or the lengths, or a word appears twice.
   */
  static fromPacked({ words, ids, lengths }: PackedTokens): TokenCorpusBuilder {
    const builder = new TokenCorpusBuilder();
    for (const word of words) builder.#idOf(word);
    for (const id of ids) {
      if (!(id >= 0 && id < words.length)) {
        throw badPacked(`a token has id ${id}, and there are ${words.length} words`);
      }
      builder.#counts[id] = (builder.#counts[id] as number) + 1;
    }
    if (builder.#provisional.size !== words.length) throw badPacked('a word appears twice');
    const tokens = lengths.reduce((sum, length) => sum + length, 0);
    if (tokens !== ids.length) {
      throw badPacked(`the documents have ${tokens} tokens, and there are ${ids.length}`);
    }
    builder.#packed = new PackedDocuments(ids, lengths);
    return builder;
  }

  /** The number of documents so far. */
  get documents(): number {
    return this.#packed.documents;
  }

  /** The number of tokens so far. */
  get tokens(): number {
    return this.#packed.tokens;
  }

  /** Adds a document. @throws UlmfitError `CORPUS_BUILT` after {@link build}, `TOO_MANY_WORDS`. */
  add(tokens: Iterable<string>): this {
    this.#requireUnbuilt();
    for (const token of tokens) this.#push(this.#idOf(token));
    this.#packed.endDocument();
    return this;
  }

  /**
   * Adds documents that another builder packed: the result is what adding them here, token by token, would have given.
   * @throws UlmfitError `CORPUS_BUILT` after {@link build}, `TOO_MANY_WORDS`.
   */
  addPacked({ words, ids, lengths }: PackedTokens): this {
    this.#requireUnbuilt();
    const provisional = Int32Array.from(words, (word) => this.#idOf(word));
    let at = 0;
    for (const length of lengths) {
      for (const end = at + length; at < end; at++) this.#push(provisional[ids[at] as number] as number);
      this.#packed.endDocument();
    }
    return this;
  }

  /** What was added, packed: views, which hold until more is added. @throws UlmfitError `CORPUS_BUILT` after {@link build}. */
  packed(): PackedTokens {
    this.#requireUnbuilt();
    return {
      words: [...this.#provisional.keys()],
      ids: this.#packed.ids(),
      lengths: this.#packed.lengths(),
    };
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

  #idOf(token: string): number {
    const known = this.#provisional.get(token);
    if (known !== undefined) return known;
    const id = this.#counts.length;
    if (id === MOST_WORDS) {
      throw new UlmfitError(
        'TOO_MANY_WORDS',
        `corpus builder: more than ${MOST_WORDS} different tokens; leave out what is not text, or give less`,
      );
    }
    this.#provisional.set(ownString(token), id);
    this.#counts.push(0);
    return id;
  }

  #push(id: number): void {
    this.#counts[id] = (this.#counts[id] as number) + 1;
    this.#packed.push(id);
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

function badPacked(what: string): UlmfitError {
  return new UlmfitError('BAD_CORPUS', `packed tokens: ${what}`);
}
