export {
  presets,
  recipeSchema,
  type ClassifierFit,
  type ClassifierProbe,
  type LanguageModelFit,
  type PresetName,
  type ClassifierRecipe,
  type LanguageModelRecipe,
  type Recipe,
  type RecipeActivationRegularization,
  type RecipeDropoutRates,
  type RecipeDropouts,
  type RecipeEncoder,
  type RecipeOptimizer,
  type RecipeLinear,
  type RecipeSampledSoftmax,
  type RecipeVocabulary,
  type SelfTraining,
  type SemiSupervised,
} from './recipe/recipe.js';
export { adjustRecipe } from './recipe/adjust-recipe.js';
export { readingAllTexts, recommendedPreset, recommendedRecipe } from './recipe/recommended-recipe.js';
export type { ClassifyTextsOptions } from '@ulmfit/inference';
export { withRates, type PeakRates } from './recipe/with-rates.js';
export { findRates, type FindRatesOptions, type FoundRates } from './run/find-rates.js';
export type {
  AnyStagePlugin,
  AnyStagePlugins,
  ClassifierPlugin,
  ClassifierPlugins,
  LanguageModelPlugin,
  LanguageModelPlugins,
} from './stages/stage-plugin.js';
// What the options and the results name.
export type { AnyEncoder, Architecture, AwdLstmEncoder } from '@ulmfit/awd-lstm';
export { Interrupted, type StageContext } from './stage-context.js';
export type {
  BeginEvent,
  EpochEvent,
  EvaluateEvent,
  LinearEvent,
  PseudoLabelsEvent,
  StageEvent,
  StepEvent,
  TokenizeEvent,
  WarningEvent,
} from './stage-event.js';
export {
  tokenAccuracy,
  trainLanguageModel,
  type LanguageModelData,
  type LanguageModelResult,
  type LanguageModelStageOptions,
  type TrainedLanguageModel,
} from './stages/language-model-stage.js';
export {
  trainClassifier,
  type ClassifierStageOptions,
  type TrainedClassifier,
} from './stages/classifier-stage.js';
export { trainBySelfTraining, type SelfTrainingOptions } from './stages/self-training.js';
export type { KeptEpoch } from './stages/kept-epoch.js';
export type { LabelledDocuments } from './stages/labelled-documents.js';
export { documentLogits, type DocumentLogitsOptions } from '@ulmfit/inference';
export { plainDecision, type DecidedClassifier } from '@ulmfit/inference';
export { scoreTask, type ScoreTaskOptions } from './run/score-task.js';
export { loadClassifier, type LoadClassifierOptions } from './inference/load-classifier.js';
export { exportModel, type ExportedModel, type ExportModelOptions } from './inference/export-model.js';
export { readModelBundle, type ModelBundle } from './inference/read-model-bundle.js';
export type { LoadedClassifier } from '@ulmfit/inference';
export type { Prediction } from '@ulmfit/inference';
export { evaluateModels, scoredSplit, type EvaluateModelsOptions } from './run/evaluate-models.js';
export {
  trainTextClassifier,
  type TrainedTextClassifier,
  type TrainTextClassifierOptions,
} from './run/train-text-classifier.js';
export { run } from './run/run.js';
export { defaultPretrained, type DefaultPretrainedOptions } from './run/default-pretrained.js';
export type { RunOptions } from './run/run-options.js';
export type { MadePlugins, PluginsByStage } from './run/plugins-by-stage.js';
export type { OptimizerByStage } from './run/optimizer-by-stage.js';
export { estimateRun, type EstimateRunOptions, type RunEstimate } from './run/estimate-run.js';
export type { StepRates } from './stages/step-rates.js';
export { planTraining, type PlanTrainingOptions } from './run/training-settings.js';
export { runFiles, type RunFiles } from './run/run-files.js';
export { readRun, type ModelSizes, type RunRecord } from './run/read-run.js';
export type { EpochMetrics, RunMetrics, StepMetrics } from './run/run-metrics.js';
export type { StageName, TrainedStage } from './run/stage-name.js';
export type { RunEngine } from './run/run-engine.js';
export type { OptimizerSettings, PluginSettings, RunSettings } from './run/run-settings.js';
export type { RunTask } from './run/run-task.js';
export type { ClassifierFigures, LanguageModelFigures, LinearFigures, RunResult } from './run/run-result.js';
export { loadDecidedClassifier, loadLanguageModel } from './inference/load-models.js';
export { saveClassifier, saveLanguageModel } from './inference/save-models.js';
export type { LoadBundleOptions } from '@ulmfit/inference';
export { recipeTokenizer } from './recipe/recipe-tokenizer.js';
export { encoded, tokenized, type Documents, type TokenizeOptions } from './tokens/tokenized.js';
export { TokenCache, type TokenCacheOptions } from './tokens/token-cache.js';
export { judge, type JudgeOptions } from './judge/judge.js';
export { judgementSchema, type Judgement } from './judge/judgement.js';
export {
  chosenJudgement,
  evaluationResultSchema,
  type ClassifierKind,
  type EvaluationResult,
  type Judgements,
  type MistakenText,
} from './judge/evaluation-result.js';
export type { ClassScores } from '@ulmfit/inference';
export type { Truth } from './judge/truth.js';
export type { ClassFigures, PrecisionRecall } from './judge/class-figures.js';
export type { Calibration, CalibrationBin } from './judge/calibration.js';
export type { ConfusedPair } from './judge/confusion-matrix.js';
export type { Verdict } from './judge/verdict.js';
export { predictedClasses, type PredictedClassesOptions } from '@ulmfit/inference';
export { fitTemperature } from './judge/temperature.js';
export { chooseThresholds } from './judge/thresholds.js';
export {
  applyDecision,
  blended,
  decisionSchema,
  type Decided,
  type BlendOf,
  type Decision,
  type DecisionLogits,
} from '@ulmfit/inference';
export { fitDecision } from './judge/fit-decision.js';
export { mostConfidentMistakes, type Mistake } from './judge/mistakes.js';
export { probabilitiesOf } from '@ulmfit/inference';
export { wilsonInterval } from './judge/wilson-interval.js';
