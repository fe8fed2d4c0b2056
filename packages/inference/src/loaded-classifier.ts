import { classifyTexts, type ClassifyTextsOptions } from './classify-texts.js';
import type { DecidedClassifier } from './decided-classifier.js';
import type { DocumentLogitsOptions } from './document-logits.js';
import { explainText, type Explanation, type ExplainOptions } from './explain-text.js';
import { predictTexts, type Prediction } from './predict-texts.js';

/** A classifier ready to use. */
export interface LoadedClassifier {
  readonly kind: 'classifier';
  /** The classes' names, in the order of the model's outputs. */
  readonly classes: readonly string[];
  /** Whether a text may have any number of the classes, or has exactly one. */
  readonly multiLabel: boolean;
  /**
   * Classifies texts, in their order. A text's prediction depends on no other text.
   * @throws UlmfitError `EMPTY_TEXT` for one without words: any answer would be a guess
   */
  predict(
    texts: readonly string[],
    options?: Pick<DocumentLogitsOptions, 'batchSize' | 'signal'>,
  ): Promise<Prediction[]>;
  /**
   * Classifies any number of texts as they come, in their order and in bounded memory: null for a text without words.
   * @example
   * for await (const prediction of classifier.classify(lines)) console.log(prediction?.label);
   */
  classify(
    texts: Iterable<string> | AsyncIterable<string>,
    options?: ClassifyTextsOptions,
  ): AsyncIterable<Prediction | null>;
  /**
   * Says why a text is classified as it is: how much each token adds to the logit of each class, see `explainText` of `@ulmfit/inference`.
   * @throws UlmfitError `EMPTY_TEXT`, `BAD_OPTION`, `NO_GRADIENT`; the signal's reason
   * @example
   * const { tokens, classes } = await classifier.explain('The card was charged twice.', { classes: ['billing'] });
   * tokens.forEach(({ token }, i) => console.log(token, classes[0]?.contributions[i]));
   */
  explain(text: string, options?: ExplainOptions): Promise<Explanation>;
  /** Frees the weights. */
  dispose(): void;
}

/**
 * A classifier to use, of its parts.
 * @example
 * const classifier = loadedClassifier(classifierFromBundle(readBundle('model'), 'model'));
 * const [prediction] = await classifier.predict(['My card was charged twice.']);
 */
export function loadedClassifier(decided: DecidedClassifier): LoadedClassifier {
  const { classes, model } = decided.classifier;
  return {
    kind: 'classifier',
    classes,
    multiLabel: model.config.multiLabel,
    predict: (texts, options) => predictTexts(decided, texts, options),
    classify: (texts, options) => classifyTexts(decided, texts, options),
    explain: (text, options) => explainText(decided, text, options),
    dispose: () => model.dispose(),
  };
}
