import type { AnyEncoder, Classifier, LanguageModel } from '@ulmfit/awd-lstm';
import type { LinearClassifier } from '@ulmfit/linear';
import type { Tokenizer, Vocabulary } from '@ulmfit/text';
import type { Decision } from './decision.js';

/** A language model with its words. */
export interface WordedLanguageModel<E extends AnyEncoder = AnyEncoder> {
  readonly model: LanguageModel<E>;
  readonly vocabulary: Vocabulary;
}

/** A language model with all that it takes to read a text. */
export interface ReadingLanguageModel extends WordedLanguageModel {
  /** What cuts a text into the model's words. */
  readonly tokenizer: Tokenizer;
  /** Whether it reads a document from its last word to its first. */
  readonly backwards: boolean;
}

/** A classifier with its words and its classes. */
export interface ReadingClassifier<E extends AnyEncoder = AnyEncoder> {
  readonly model: Classifier<E>;
  readonly vocabulary: Vocabulary;
  /** The classes' names, by index. */
  readonly classes: readonly string[];
  /** Whether it reads a document from its last word to its first. */
  readonly backwards: boolean;
}

/** A classifier with all that it takes from a text to a prediction. */
export interface DecidedClassifier {
  readonly classifier: ReadingClassifier;
  /** What cuts a text into the classifier's words. */
  readonly tokenizer: Tokenizer;
  /** The plain baseline, where it has a share in the predictions. */
  readonly linear?: LinearClassifier | undefined;
  /** How logits become classes. */
  readonly decision: Decision;
}

/** What is decided where no validation set was there to choose by. */
export const plainDecision: Decision = { temperature: 1 };
