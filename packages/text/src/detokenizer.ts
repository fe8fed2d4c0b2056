import { isSpecialToken } from './special-tokens.js';

/** No space before these, nor between what they stand between. */
const CLOSING = /^(?:[.,;:!?%)\]}»”’…]+|n't|'(?:s|m|re|ve|ll|d|em)?|n’t|’(?:s|m|re|ve|ll|d|em)?)$/i;
/** No space after these. */
const OPENING = /^[([{«“‘$£€#]+$/;
/** Joined to the words on both sides. */
const JOINING = /^[-–—/]$/;
/** A script without spaces between its words. */
const UNSPACED = /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}]/u;

/** Repetitions at most of what a repetition mark asks for: a model may ask for a million. */
const MOST_REPEATS = 20;

export interface DetokenizerOptions {
  /** Whether the texts are English, where the word `i` is a capital, whose case fastai's rules don't keep. Default false. */
  readonly english?: boolean | undefined;
}

/**
 * Turns a tokenizer's tokens back into a text, one after the other: marks of case and repetition are undone, punctuation stands where
 * English has it. What a tokenizer has cut away, such as a second space, is not there again.
 * @example
 * const text = new Detokenizer();
 * ['xxmaj', 'it', "'s", 'xxup', 'ok', '.'].map((token) => text.push(token)).join(''); // "It's OK."
 */
export class Detokenizer {
  readonly #isEnglish: boolean;
  #case: 'xxmaj' | 'xxup' | undefined;
  /** A mark of repetition, and the count once it is there. */
  #repeat: { readonly mark: string; readonly count?: number } | undefined;
  #isFirst = true;
  #joinsNext = false;
  /** Whether the next straight quote ends a quotation. */
  #isQuoted = false;
  #wasUnspaced = false;

  constructor({ english = false }: DetokenizerOptions = {}) {
    this.#isEnglish = english;
  }

  /** What a token adds to the text: nothing for a mark. */
  push(token: string): string {
    if (token === 'xxmaj' || token === 'xxup') {
      this.#case = token;
      return '';
    }
    if (token === 'xxrep' || token === 'xxwrep') {
      this.#repeat = { mark: token };
      return '';
    }
    if (isSpecialToken(token)) {
      this.#case = this.#repeat = undefined;
      return '';
    }
    if (this.#repeat && this.#repeat.count === undefined) {
      const count = /^\d{1,9}$/.test(token) ? Number(token) : NaN;
      if (count > 0) {
        this.#repeat = { ...this.#repeat, count: Math.min(count, MOST_REPEATS) };
        return '';
      }
    }
    const { mark, count = 1 } = this.#repeat ?? {};
    this.#repeat = undefined;
    if (mark === 'xxwrep') {
      const word = this.#cased(token);
      return Array.from({ length: count }, () => this.#placed(word)).join('');
    }
    return this.#placed(this.#cased(token).repeat(count));
  }

  #cased(token: string): string {
    const mark = this.#case;
    this.#case = undefined;
    if (mark === 'xxup') return token.toUpperCase();
    if (this.#isEnglish && token === 'i') return 'I';
    if (mark !== 'xxmaj') return token;
    const [first = ''] = token;
    return first.toUpperCase() + token.slice(first.length);
  }

  /** The word with the space before it that it needs. */
  #placed(word: string): string {
    const isQuote = word === '"';
    const closes = CLOSING.test(word) || (isQuote && this.#isQuoted);
    const unspaced = UNSPACED.test(word);
    const joins = this.#isFirst || this.#joinsNext || closes || JOINING.test(word);
    const isJoined = joins || (unspaced && this.#wasUnspaced);
    if (isQuote) this.#isQuoted = !this.#isQuoted;
    this.#joinsNext = OPENING.test(word) || JOINING.test(word) || (isQuote && this.#isQuoted);
    this.#isFirst = false;
    this.#wasUnspaced = unspaced;
    return isJoined ? word : ` ${word}`;
  }
}
