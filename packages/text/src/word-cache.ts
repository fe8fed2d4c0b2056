/**
 * Remembers a value for each of the words used lately. It is keyed by a stretch of a longer text in place: cutting the word
 * out and hashing it again would take longer than all else that is done for a word seen before.
 *
 * Each hash has two places; a new word drives out the one of them that was used longer ago. So the memory is bounded, every
 * step takes time linear in the word, and words made to collide do no more harm than not being remembered.
 */
export class WordCache<Value> {
  readonly #words: (string | undefined)[];
  readonly #values: (Value | undefined)[];
  readonly #mask: number;

  /** @param capacity - how many words to hold, rounded up to a power of two. */
  constructor(capacity: number) {
    const size = 2 ** Math.max(1, Math.ceil(Math.log2(capacity)));
    this.#words = new Array<string | undefined>(size).fill(undefined);
    this.#values = new Array<Value | undefined>(size).fill(undefined);
    this.#mask = size - 2;
  }

  /** The value of the word from `start` to `end` in `text`. @param hash - by {@link hashStep} over its code units. */
  get(text: string, start: number, end: number, hash: number): Value | undefined {
    const place = (hash ^ (hash >>> 15)) & this.#mask;
    if (isAt(this.#words[place], text, start, end)) return this.#values[place];
    if (!isAt(this.#words[place + 1], text, start, end)) return undefined;
    const value = this.#values[place + 1];
    this.#put(this.#words[place + 1] as string, value as Value, place);
    return value;
  }

  /** Call only after {@link get} has found nothing. */
  set(word: string, hash: number, value: Value): void {
    this.#put(word, value, (hash ^ (hash >>> 15)) & this.#mask);
  }

  #put(word: string, value: Value, place: number): void {
    this.#words[place + 1] = this.#words[place];
    this.#values[place + 1] = this.#values[place];
    this.#words[place] = word;
    this.#values[place] = value;
  }
}

export const emptyHash = 0x811c9dc5 | 0;

/** One more code unit of a word (FNV-1a). */
export function hashStep(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

function isAt(word: string | undefined, text: string, start: number, end: number): boolean {
  if (word === undefined || word.length !== end - start) return false;
  for (let index = 0; index < word.length; index++) {
    if (word.charCodeAt(index) !== text.charCodeAt(start + index)) return false;
  }
  return true;
}
