export {
  createLanguageModel,
  type LanguageModel,
  type LanguageModelInput,
  type LanguageModelOutput,
} from './language-model.js';
export {
  createClassifier,
  type Classifier,
  type ClassifierConfig,
  type ClassifierInput,
  type ClassifierOptions,
  type ClassifierOutput,
} from './classifier.js';
export {
  createEncoder,
  type Encoder,
  type EncoderConfig,
  type EncoderStates,
  type LayerParameters,
} from './encoder.js';
export { concatPooling } from '@ulmfit/kernels';
export { createBatchNorm, type BatchNorm } from './batch-norm.js';
export { accuracy, macroF1, type Logits } from './classifier-metrics.js';
export { createClassifierHead, type ClassifierHead } from './classifier-head.js';
export { copyEncoder, transferLanguageModel } from './vocabulary-transfer.js';
export type { ActivationTaps, ClassifierTaps, EncoderTaps, LanguageModelTaps } from './taps.js';
