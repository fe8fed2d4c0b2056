import type { LoadedClassifier } from '@ulmfit/inference';
import { loadClassifier as loadFromDisk } from '@ulmfit/inference/node';
import type { Architecture } from '@ulmfit/awd-lstm';
import type { Tokenizer } from '@ulmfit/text';
import { recipeTokenizer } from '../recipe/recipe-tokenizer.js';

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
 * Loads a classifier from its bundle, from the folder of its run or from a package, as `loadClassifier` of
 * `@ulmfit/inference/node` does; and with a tokenizer by what a recipe calls it. Choose the backend first (`useBackend()` of
 * `@ulmfit/backend-node`).
 * @throws UlmfitError `OTHER_TOKENIZER`, `OTHER_ARCHITECTURE`, or where there is no sound classifier
 * @example
 * const classifier = await loadClassifier('runs/mine');
 * const [prediction] = await classifier.predict(['A gem: warm and funny.']);
 * console.log(prediction?.label, prediction?.probability);
 */
export const loadClassifier = async (
  path: string,
  { tokenizer, ...options }: LoadClassifierOptions = {},
): Promise<LoadedClassifier> =>
  loadFromDisk(path, {
    ...options,
    tokenizer: typeof tokenizer === 'string' ? await recipeTokenizer(tokenizer) : tokenizer,
  });
