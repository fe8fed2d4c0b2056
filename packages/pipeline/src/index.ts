export {
  presets,
  recipeSchema,
  type ClassifierFit,
  type LanguageModelFit,
  type PresetName,
  type Recipe,
} from './recipe.js';
export { adjustRecipe } from './adjust-recipe.js';
export { readingAllTexts, recommendedPreset, recommendedRecipe } from './recommended-recipe.js';
export type { ClassifyTextsOptions } from './classify-texts.js';
export { withRates, type PeakRates } from './with-rates.js';
export { findRates, type FindRatesOptions, type FoundRates } from './find-rates.js';
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
  trainClassifier,
  type ClassifierStageOptions,
  type LabelledDocuments,
  type TrainedClassifier,
} from './classifier-stage.js';
export { documentLogits, type DocumentLogitsOptions } from './document-logits.js';
export { plainDecision, type DecidedClassifier } from './decided-classifier.js';
export { scoreTask, type ScoreTaskOptions } from './score-task.js';
export { loadClassifier, type LoadClassifierOptions, type LoadedClassifier } from './load-classifier.js';
export type { Prediction } from './predict-texts.js';
export { evaluateModels, scoredSplit, type EvaluateModelsOptions } from './evaluate-models.js';
export {
  trainTextClassifier,
  type TrainedTextClassifier,
  type TrainTextClassifierOptions,
} from './train-text-classifier.js';
export { run, type RunOptions } from './run.js';
export { runFiles } from './run-files.js';
export { readRun, type ModelSizes, type RunRecord } from './read-run.js';
export type { EpochMetrics, RunMetrics, StepMetrics } from './run-metrics.js';
export type { StageName } from './stage-name.js';
export type { RunEngine } from './run-engine.js';
export type { RunSettings } from './run-settings.js';
export type { RunTask } from './run-task.js';
export type { LanguageModelFigures, LinearFigures, RunResult } from './run-result.js';
export {
  loadDecidedClassifier,
  loadLanguageModel,
  saveClassifier,
  saveLanguageModel,
} from './model-bundles.js';
export type { LoadBundleOptions } from './bundle-tokenizer.js';
export { recipeTokenizer } from './recipe-tokenizer.js';
export { encoded, tokenized, type Documents, type TokenizeOptions } from './tokenized.js';
export { TokenCache, type TokenCacheOptions } from './token-cache.js';
export { judge, type JudgeOptions } from './judge/judge.js';
export { judgementSchema, type Judgement } from './judge/judgement.js';
export {
  chosenJudgement,
  evaluationResultSchema,
  type ClassifierKind,
  type EvaluationResult,
  type MistakenText,
} from './judge/evaluation-result.js';
export type { ClassScores, Truth } from './judge/truth.js';
export type { ClassFigures, PrecisionRecall } from './judge/class-figures.js';
export type { Calibration, CalibrationBin } from './judge/calibration.js';
export type { ConfusedPair } from './judge/confusion-matrix.js';
export type { Verdict } from './judge/verdict.js';
export { predictedClasses, type PredictedClassesOptions } from './judge/predicted-classes.js';
export { fitTemperature } from './judge/temperature.js';
export { chooseThresholds } from './judge/thresholds.js';
export {
  applyDecision,
  blended,
  decisionSchema,
  type Decided,
  type Decision,
  type DecisionLogits,
} from './judge/decision.js';
export { fitDecision } from './judge/fit-decision.js';
export { mostConfidentMistakes, type Mistake } from './judge/mistakes.js';
export { probabilitiesOf } from './judge/probabilities.js';
export { wilsonInterval } from './judge/wilson-interval.js';
