import { isLabelled, type Review } from '../review.js';

/** The lower-case words of a text, each once. */
export function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[a-z']+/g) ?? []);
}

/** Trains a logistic regression on which words occur, and returns its accuracy on other reviews. */
export function bagOfWordsAccuracy(train: readonly Review[], test: readonly Review[]): number {
  const weights = new Map<string, number>();
  let bias = 0;
  const examples = train
    .filter(isLabelled)
    .map(({ text, label }) => ({ words: wordsOf(text), target: label === 'pos' ? 1 : 0 }));
  const logit = (words: Set<string>) =>
    [...words].reduce((sum, word) => sum + (weights.get(word) ?? 0), bias);
  for (let epoch = 0; epoch < 30; epoch++) {
    for (const { words, target } of examples) {
      const step = 0.1 * (target - 1 / (1 + Math.exp(-logit(words))));
      bias += step;
      for (const word of words) weights.set(word, 0.9999 * (weights.get(word) ?? 0) + step);
    }
  }
  const right = test.filter(({ text, label }) => logit(wordsOf(text)) > 0 === (label === 'pos'));
  return right.length / test.length;
}

/** The accuracy of the one word whose presence tells most about the class. */
export function bestSingleWord(reviews: readonly Review[]): { word: string; accuracy: number } {
  const balance = new Map<string, number>();
  for (const { text, label } of reviews) {
    for (const word of wordsOf(text))
      balance.set(word, (balance.get(word) ?? 0) + (label === 'pos' ? 1 : -1));
  }
  // In balanced classes, "the word occurs" is right for half of the reviews and this much more.
  const [word, margin] = [...balance].reduce((a, b) => (Math.abs(b[1]) > Math.abs(a[1]) ? b : a));
  return { word, accuracy: 0.5 + Math.abs(margin) / reviews.length };
}
