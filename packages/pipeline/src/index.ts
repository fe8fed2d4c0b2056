export {
  presets,
  recipeSchema,
  type ClassifierFit,
  type LanguageModelFit,
  type PresetName,
  type Recipe,
} from './recipe.js';
export { adjustRecipe } from './adjust-recipe.js';
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
  type EvaluateClassifierOptions,
  meanProbabilities,
  score,
  type Evaluation,
} from './evaluate-classifier.js';
export {
  loadClassifier,
  type LoadClassifierOptions,
  type LoadedClassifier,
  type Prediction,
} from './load-classifier.js';
export { evaluateModels, type EvaluateModelsOptions } from './evaluate-models.js';
export { run, type RunOptions } from './run.js';
export { runFiles } from './run-files.js';
export { readRun, type ModelSizes, type RunRecord } from './read-run.js';
export type { EpochMetrics, RunMetrics, StepMetrics } from './run-metrics.js';
export type { StageName } from './stage-name.js';
export type { RunEngine } from './run-engine.js';
export type { RunSettings } from './run-settings.js';
export type { LanguageModelFigures, RunResult } from './run-result.js';
export { IMDB_LABELS } from './run-stages.js';
export {
  loadClassifierBundle,
  loadLanguageModel,
  saveClassifier,
  saveLanguageModel,
} from './model-bundles.js';
export { loadCorpus, loadReviews } from './data-source.js';
export { encoded, tokenized, type Documents, type TokenizeOptions } from './tokenized.js';
export { TokenCache, type TokenCacheOptions } from './token-cache.js';
export { corpusContent } from './corpus-content.js';
