import type { TokenCorpus } from '@ulmfit/text';

/** What is taken off each count, for the words that did not follow (Ney, Essen and Kneser 1994). */
const DISCOUNT = 0.75;

/** How often each word follows what stands before it, and of how many kinds the followers are. */
class Followers {
  readonly #counts = new Map<number, number>();
  readonly #totals = new Map<number, number>();
  readonly #kinds = new Map<number, number>();
  readonly #words: number;

  /** @param words of the vocabulary */
  constructor(words: number) {
    this.#words = words;
  }

  /** @returns whether the word has not followed before */
  add(context: number, word: number): boolean {
    const key = context * this.#words + word;
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    this.#totals.set(context, (this.#totals.get(context) ?? 0) + 1);
    if (count > 0) return false;
    this.#kinds.set(context, (this.#kinds.get(context) ?? 0) + 1);
    return true;
  }

  /** @param below the probability by a shorter context, to which the discount goes */
  probability(context: number, word: number, below: number): number {
    const total = this.#totals.get(context);
    if (total === undefined) return below;
    const count = this.#counts.get(context * this.#words + word) ?? 0;
    const spread = (DISCOUNT * (this.#kinds.get(context) ?? 0)) / total;
    return Math.max(0, count - DISCOUNT) / total + spread * below;
  }
}

/**
 * An interpolated trigram model with Kneser-Ney smoothing, the baseline of a language model: what counting words gives. It counts in the
 * order in which the model reads.
 * @param words of the vocabulary, whose cube must be a safe integer
 * @returns its perplexity on documents
 * @example
 * const perplexity = trigramModel(train, { words: vocabulary.size, backwards: false });
 * perplexity(valid);
 */
export function trigramModel(
  train: TokenCorpus,
  { words, backwards }: { readonly words: number; readonly backwards: boolean },
): (documents: TokenCorpus) => number {
  const [trigrams, bigrams, unigrams] = [0, 1, 2].map(() => new Followers(words));
  if (!trigrams || !bigrams || !unigrams) throw new Error('unreachable');
  eachTrigram(train, backwards, (first, second, third) => {
    // Shorter contexts count what a word has followed, not how often (Kneser and Ney 1995).
    if (!trigrams.add(first * words + second, third)) return;
    if (bigrams.add(second, third)) unigrams.add(0, third);
  });
  return (documents) => {
    let [loss, count] = [0, 0];
    eachTrigram(documents, backwards, (first, second, third) => {
      const one = unigrams.probability(0, third, 1 / words);
      const two = bigrams.probability(second, third, one);
      loss -= Math.log(trigrams.probability(first * words + second, third, two));
      count++;
    });
    return Math.exp(loss / count);
  };
}

/** Each word with the two before it, across documents as a language model's streams have them. */
function eachTrigram(
  corpus: TokenCorpus,
  backwards: boolean,
  visit: (first: number, second: number, third: number) => void,
): void {
  let [first, second] = [0, 0];
  for (let d = 0; d < corpus.length; d++) {
    const document = corpus.document(d);
    for (let i = 0; i < document.length; i++) {
      const third = document[backwards ? document.length - 1 - i : i] ?? 0;
      visit(first, second, third);
      [first, second] = [second, third];
    }
  }
}
