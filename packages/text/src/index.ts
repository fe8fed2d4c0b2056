export * from './tokens.js';
export type {
  ClassificationTask,
  LabelledText,
  LanguageModelTexts,
  ReadTaskOptions,
  TaskSetting,
} from './task.js';
export { TEXT_SETS, type TaskSplit, type TextSet } from './text-set.js';
export {
  rowsTask,
  type LabelledRow,
  type MultiLabelRow,
  type RowsTaskOptions,
  type RowsTaskSets,
} from './rows-task.js';
export { MAXIMUM_CLASSES, requireClasses, tooManyClasses, unknownLabels } from './require-classes.js';
export {
  firstOfEqual,
  repeatedTexts,
  type RepeatedTexts,
  type RepeatedTextsInput,
  type SharedTexts,
} from './repeated-texts.js';
export { countWords } from './count-words.js';
export { sortClasses } from './sort-classes.js';
export {
  summarizeRows,
  summarizeSets,
  summarizeTask,
  type SummarizeTaskOptions,
  type SummaryRows,
  type TextOfSet,
} from './summarize-task.js';
export type { ClassSummary, LengthSummary, TaskSummary, TextSetSummary } from './task-summary.js';
export { surveyTokens, type SurveyTokensOptions, type TokenSurvey } from './survey-tokens.js';
export { stratifiedSplit, type StratifiedSplitOptions } from './stratified-split.js';
export type { TextSource } from './text-source.js';
export type { BatchCursor, BatchLoader, SlicedBatchLoader } from './batch-loader.js';
export {
  languageModelLoader,
  type LanguageModelBatch,
  type LanguageModelLoaderOptions,
} from './language-model-loader.js';
export type { WindowJitter } from './window-jitter.js';
export { classifierLoader, type ClassifierBatch, type ClassifierLoaderOptions } from './classifier-loader.js';
export { padWindows, type PaddedWindows } from './pad-windows.js';
