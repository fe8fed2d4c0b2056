import { UlmfitError } from '@ulmfit/errors';
import { fillerToken, specialTokens } from './special-tokens.js';

/**
 * The words that a model knows, by id. `xxunk` is 0 and `xxpad` is 1; the other special tokens stand anywhere.
 * @example
 * const vocabulary = new Vocabulary([...specialTokens, 'a', 'film']);
 * vocabulary.decode(vocabulary.encode(['a', 'good', 'film'])); // ['a', 'xxunk', 'film']
 */
export class Vocabulary {
  /** The word of each id ("integer to string"). */
  readonly itos: readonly string[];
  /** The id of each word ("string to integer"); `xxfake` rows are in none of it. */
  readonly stoi: ReadonlyMap<string, number>;
  /** The id of a word that is not in the vocabulary. */
  readonly unknownIndex = 0;
  /** The id that fills a batch. */
  readonly padIndex = 1;

  /**
   * @throws UlmfitError `BAD_VOCABULARY` when a word other than `xxfake` appears twice, a special token is missing, or
   * `xxunk` and `xxpad` are not the first two.
   */
  constructor(itos: readonly string[]) {
    const stoi = new Map<string, number>();
    itos.forEach((word, id) => {
      if (word === fillerToken) return;
      const first = stoi.get(word);
      if (first !== undefined) {
        throw bad(`${JSON.stringify(word)} appears twice, at ${first} and at ${id}; remove one`);
      }
      stoi.set(word, id);
    });
    const missing = specialTokens.filter((token) => !stoi.has(token));
    if (missing.length > 0) {
      throw bad(`no ${missing.join(', ')} among its ${itos.length} words; every special token needs a row`);
    }
    if (itos[0] !== 'xxunk' || itos[1] !== 'xxpad') {
      throw bad(`it begins with ${itos[0]}, ${itos[1]}; the first two rows have to be xxunk, xxpad`);
    }
    this.itos = Object.freeze([...itos]);
    this.stoi = stoi;
  }

  /** Reads what {@link toJSON} wrote. @throws UlmfitError `BAD_VOCABULARY` for anything that is no list of words. */
  static fromJSON(json: unknown): Vocabulary {
    if (!Array.isArray(json)) throw bad(`expected a JSON list of words, got ${describe(json)}`);
    const itos = json.map((word: unknown, id) => {
      if (typeof word !== 'string') throw bad(`row ${id} is ${describe(word)}, expected a word`);
      return word;
    });
    return new Vocabulary(itos);
  }

  /** The number of rows, special and filling ones among them. */
  get size(): number {
    return this.itos.length;
  }

  /**
   * The id of a word of a text. A text that spells out `xxpad` or `xxfake` gets the unknown id: padding in the middle of
   * a document would look like its end.
   */
  indexOf(token: string): number {
    const id = this.stoi.get(token) ?? this.unknownIndex;
    return id === this.padIndex ? this.unknownIndex : id;
  }

  /** The ids of a document's tokens. */
  encode(tokens: readonly string[]): Int32Array {
    return Int32Array.from(tokens, (token) => this.indexOf(token));
  }

  /** The words of ids. @throws UlmfitError `BAD_TOKEN_ID` for an id that has no row. */
  decode(ids: Iterable<number>): string[] {
    return Array.from(ids, (id) => {
      const word = this.itos[id];
      if (word === undefined) {
        throw new UlmfitError(
          'BAD_TOKEN_ID',
          `token id ${id}: the vocabulary has rows 0 to ${this.size - 1}`,
        );
      }
      return word;
    });
  }

  /** The list of words, in order of id. */
  toJSON(): readonly string[] {
    return this.itos;
  }
}

function bad(what: string): UlmfitError {
  return new UlmfitError('BAD_VOCABULARY', `vocabulary: ${what}`);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
