export {
  presets,
  recipeSchema,
  type ClassifierFit,
  type LanguageModelFit,
  type PresetName,
  type Recipe,
} from './recipe.js';
export { Interrupted, type StageContext, type StageEvent } from './stage-context.js';
export {
  tokenAccuracy,
  trainLanguageModel,
  type LanguageModelData,
  type LanguageModelResult,
  type LanguageModelStageOptions,
  type TrainedLanguageModel,
} from './language-model-stage.js';
export {
  accuracy,
  trainClassifier,
  type ClassifierStageOptions,
  type LabelledDocuments,
  type TrainedClassifier,
} from './classifier-stage.js';
export { classifyDocuments, type ClassifyOptions } from './classify-documents.js';
export {
  evaluateClassifier,
  evaluateClassifiers,
  meanProbabilities,
  score,
  type Evaluation,
} from './evaluate-classifier.js';
