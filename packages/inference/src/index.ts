export { loadClassifier, loadLanguageModel, loadModel, type LoadedModel } from './load-model.js';
export type { LoadModelOptions } from './load-bundle.js';
export { loadedLanguageModel, type LoadedLanguageModel } from './loaded-language-model.js';
export {
  explainText,
  type ClassExplanation,
  type ExplainedToken,
  type ExplainMethod,
  type ExplainOptions,
  type Explanation,
} from './explain-text.js';
export { explainedPieces, type ExplainedPiece } from './explained-pieces.js';
export { generateText, type GenerateOptions } from './generate-text.js';
export { nextToken, samplingOf, type Sampling, type SamplingOptions } from './next-token.js';
export { loadedClassifier, type LoadedClassifier } from './loaded-classifier.js';
export {
  readSource,
  type LoadingProgress,
  type ModelFiles,
  type ModelSource,
  type ReadSourceOptions,
} from './model-source.js';
export {
  applyDecision,
  blended,
  decidedBlend,
  decisionSchema,
  type BlendOf,
  type Decided,
  type Decision,
  type DecisionLogits,
} from './decision.js';
export type { ClassScores } from './class-scores.js';
export { logitsOf, probabilitiesOf, sigmoid } from './probabilities.js';
export { DEFAULT_THRESHOLD, predictedClasses, type PredictedClassesOptions } from './predicted-classes.js';
export {
  plainDecision,
  type DecidedClassifier,
  type ReadingClassifier,
  type ReadingLanguageModel,
  type WordedLanguageModel,
} from './decided-classifier.js';
export { documentLogits, type DocumentLogitsOptions } from './document-logits.js';
export { predictTexts, type Prediction } from './predict-texts.js';
export { classifyTexts, type ClassifyTextsOptions } from './classify-texts.js';
export type { LoadBundleOptions } from './bundle-tokenizer.js';
export {
  assignWeights,
  classifierFromBundle,
  languageModelFromBundle,
  naming,
} from './models-from-bundle.js';
export { bundleOfClassifier, bundleOfLanguageModel } from './bundle-of-model.js';
export { linearFromBytes, linearToBytes } from './linear-file.js';
