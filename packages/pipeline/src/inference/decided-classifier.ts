import type { AnyEncoder } from '@ulmfit/awd-lstm';
import type { LinearClassifier } from '@ulmfit/linear';
import type { Tokenizer } from '@ulmfit/text';
import type { TrainedClassifier } from '../stages/classifier-stage.js';
import type { Decision } from '../judge/decision.js';

/** A classifier with all that it takes from a text to a prediction. */
export interface DecidedClassifier {
  readonly classifier: TrainedClassifier<AnyEncoder>;
  /** What cuts a text into the classifier's words. */
  readonly tokenizer: Tokenizer;
  /** The plain baseline, where it has a share in the predictions. */
  readonly linear?: LinearClassifier | undefined;
  /** How logits become classes. */
  readonly decision: Decision;
}

/** What is decided where no validation set was there to choose by. */
export const plainDecision: Decision = { temperature: 1 };
