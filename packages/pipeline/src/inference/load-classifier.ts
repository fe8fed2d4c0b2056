import type { Architecture } from '@ulmfit/awd-lstm';
import type { Tokenizer } from '@ulmfit/text';
import { classifyTexts, type ClassifyTextsOptions } from './classify-texts.js';
import type { DocumentLogitsOptions } from './document-logits.js';
import { loadDecidedClassifier } from './model-bundles.js';
import { predictTexts, type Prediction } from './predict-texts.js';
import { recipeTokenizer } from '../recipe/recipe-tokenizer.js';

/** A classifier ready to use. */
export interface LoadedClassifier {
  /** The classes' names, in the order of the model's outputs. */
  readonly classes: readonly string[];
  /** Whether a text may have any number of the classes, or has exactly one. */
  readonly multiLabel: boolean;
  /**
   * Classifies texts, in their order. A text's figures depend on no other text.
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
  /** Frees the weights. */
  dispose(): void;
}

export interface LoadClassifierOptions {
  /**
   * What the classifier's words are cut by: the tokenizer that it was trained with, or what a recipe calls it, such as
   * `./my-tokenizer.js`. Not needed unless that is one of your own: the model says which it is.
   */
  readonly tokenizer?: Tokenizer | string;
  /** What the classifier's encoder may be beside AWD-LSTM, such as `[gru()]`: no code is loaded because a model names it. */
  readonly architectures?: readonly Architecture[];
  /**
   * Told, in a line, when this engine may find other words than the one that the model was trained on. Default: a warning of
   * the process.
   */
  readonly onWarning?: (message: string) => void;
}

/**
 * Loads a classifier from its bundle or from the folder of its run. Choose the backend first (`useBackend()` of
 * `@ulmfit/backend-node`).
 * @throws UlmfitError `OTHER_TOKENIZER`, `OTHER_ARCHITECTURE`, or where the folder holds no sound classifier
 * @example
 * const classifier = await loadClassifier('runs/imdb');
 * const [prediction] = await classifier.predict(['A gem: warm and funny.']);
 * console.log(prediction?.label, prediction?.probability);
 */
export async function loadClassifier(
  path: string,
  {
    tokenizer,
    architectures,
    onWarning = (message) => process.emitWarning(message),
  }: LoadClassifierOptions = {},
): Promise<LoadedClassifier> {
  const decided = loadDecidedClassifier(path, {
    tokenizer: typeof tokenizer === 'string' ? await recipeTokenizer(tokenizer) : tokenizer,
    architectures,
    onWarning,
  });
  const { classes, model } = decided.classifier;
  return {
    classes,
    multiLabel: model.config.multiLabel,
    predict: (texts, options) => predictTexts(decided, texts, options),
    classify: (texts, options) => classifyTexts(decided, texts, options),
    dispose: () => model.dispose(),
  };
}
