import { requireThat, UlmfitError } from '@ulmfit/errors';
import type { DecidedClassifier } from './decided-classifier.js';
import { documentLogits, type DocumentLogitsOptions } from './document-logits.js';
import { applyDecision } from './decision.js';
import { encodeTexts } from './encode-texts.js';

export interface Prediction {
  /** The most probable class. */
  readonly label: string;
  /** Its probability. */
  readonly probability: number;
  /** The predicted classes: that one alone, or where a text may have several those that reach their thresholds. */
  readonly labels: readonly string[];
  /** Every class with its probability. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/**
 * Classifies texts, in their order. A text's prediction depends on no other text.
 * @throws UlmfitError `EMPTY_TEXT` for one without words: any answer would be a guess; `BAD_OPTION` for anything but a list of
 *   texts
 * @example
 * const decided = classifierFromBundle(readBundle('model'), 'model');
 * const [prediction] = await predictTexts(decided, ['My card was charged twice.']);
 * console.log(prediction?.label, prediction?.probability);
 */
export async function predictTexts(
  { classifier, tokenizer, linear, decision }: DecidedClassifier,
  texts: readonly string[],
  options: DocumentLogitsOptions = {},
): Promise<Prediction[]> {
  requireThat('predict: texts', texts, Array.isArray(texts), 'a list of texts');
  requireTexts(texts);
  if (texts.length === 0) return [];
  const empty = texts.findIndex((text) => !/\S/.test(text));
  if (empty >= 0) throw new UlmfitError('EMPTY_TEXT', `text ${empty + 1}: holds no words; leave it out`);
  const { classes, vocabulary, model } = classifier;
  const { multiLabel } = model.config;
  const documents = await encodeTexts(texts, tokenizer, vocabulary, options.signal);
  const { probabilities, predicted } = applyDecision(
    { neural: await documentLogits(classifier, documents, options), linear: linear?.logits(texts) },
    decision,
    { multiLabel },
  );
  const nameOf = (index: number): string => classes[index] ?? String(index);
  return probabilities.map((row, i) => {
    const best = row.indexOf(Math.max(...row));
    return {
      label: nameOf(best),
      probability: row[best] ?? NaN,
      labels: (predicted[i] ?? []).map(nameOf),
      probabilities: Object.fromEntries(row.map((p, c) => [nameOf(c), p])),
    };
  });
}

/**
 * Refuses what is no text, as plain JavaScript may give.
 * @throws UlmfitError `BAD_OPTION`
 */
export function requireTexts(texts: readonly unknown[], first = 0): asserts texts is readonly string[] {
  texts.forEach((text, i) =>
    requireThat(`text ${first + i + 1}`, text, typeof text === 'string', 'a string'),
  );
}
