export {
  createLanguageModel,
  type LanguageModel,
  type LanguageModelConfig,
  type LanguageModelInput,
  type LanguageModelOptions,
  type LanguageModelOutput,
} from './language-model.js';
export {
  createClassifier,
  type Classifier,
  type ClassifierConfig,
  type ClassifierInput,
  type ClassifierOptions,
  type ClassifierOutput,
  type ClassifierSettings,
  type EncoderClassifierConfig,
} from './classifier.js';
export type { SampledSoftmax } from './sampled-softmax.js';
export type { AnyEncoder, Encoder, EncoderGroup, EncoderOutput, EncoderStates, TapsOf } from './encoder.js';
export { encoderJson, type Architecture, type EncoderJson, type EncoderMemory } from './architecture.js';
export {
  awdLstm,
  createAwdLstm,
  isAwdLstm,
  type AwdLstmConfig,
  type AwdLstmEncoder,
  type AwdLstmSizes,
  type LayerParameters,
} from './awd-lstm.js';
export {
  integratedGradients,
  type ClassAttribution,
  type IntegratedGradients,
  type IntegratedGradientsOptions,
} from './integrated-gradients.js';
export type { Pooling } from './lower-layers.js';
export { awdLstmMemory, layerUnits, layerWeights, type LayerSizes } from './layer-weights.js';
export { concatPooling } from '@ulmfit/kernels';
export { createBatchNorm, type BatchNorm, type BatchNormOptions } from './batch-norm.js';
export { accuracy, macroF1, type LabelledInput, type Logits } from './classifier-metrics.js';
export { createClassifierHead, type ClassifierHead, type ClassifierHeadOptions } from './classifier-head.js';
export { copyEncoder, transferLanguageModel } from './vocabulary-transfer.js';
export type { AwdLstmTaps, LookedUpWords } from './awd-lstm-taps.js';
export type { ActivationTaps, ClassifierTaps, DecoderTaps, LanguageModelTaps, PoolingTaps } from './taps.js';
