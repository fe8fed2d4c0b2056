import type { AnyEncoder } from '@ulmfit/awd-lstm';
import { writeBundle } from '@ulmfit/checkpoint';
import { bundleOfClassifier, bundleOfLanguageModel, type DecidedClassifier } from '@ulmfit/inference';
import type { Tokenizer } from '@ulmfit/text';
import type { TrainedLanguageModel } from '../stages/language-model-stage.js';

/**
 * Exports a language model: everything that using it elsewhere needs.
 * @example
 * const tokenizer = fastaiTokenizer();
 * saveLanguageModel('exported', loadLanguageModel('runs/mine', 'finetune', tokenizer), { tokenizer, backwards: false });
 */
export const saveLanguageModel = (
  folder: string,
  { model, vocabulary }: TrainedLanguageModel<AnyEncoder>,
  { tokenizer, backwards }: { tokenizer: Tokenizer; backwards: boolean },
): void => writeBundle(folder, bundleOfLanguageModel({ model, vocabulary, tokenizer, backwards }));

/**
 * Exports a classifier: everything that prediction needs.
 * @throws UlmfitError `BAD_OPTION` for one with a head of its own, which no bundle can name
 * @example
 * saveClassifier('exported', loadDecidedClassifier('runs/mine'));
 */
export const saveClassifier = (folder: string, classifier: DecidedClassifier): void =>
  writeBundle(folder, bundleOfClassifier(classifier));
