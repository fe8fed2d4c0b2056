export * from './tokens.js';
export type {
  ClassificationTask,
  LabelledText,
  LanguageModelTexts,
  ReadTaskOptions,
  TaskSetting,
  TaskSplit,
} from './task.js';
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
  TEXT_SETS,
  type RepeatedTexts,
  type RepeatedTextsInput,
  type TextSet,
} from './repeated-texts.js';
export { countWords } from './count-words.js';
export { sortClasses } from './sort-classes.js';
export {
  summarizeRows,
  summarizeSets,
  summarizeTask,
  type ClassSummary,
  type LengthSummary,
  type SummarizeTaskOptions,
  type SummaryRows,
  type TaskSummary,
  type TextOfSet,
  type TextSetSummary,
} from './summarize-task.js';
export { surveyTokens, type SurveyTokensOptions, type TokenSurvey } from './survey-tokens.js';
export { stratifiedSplit, type StratifiedSplitOptions } from './stratified-split.js';
export type { TextSource } from './text-source.js';
export type { BatchCursor, BatchLoader } from './batch-loader.js';
export {
  languageModelLoader,
  type LanguageModelBatch,
  type LanguageModelLoaderOptions,
} from './language-model-loader.js';
export type { WindowJitter } from './window-jitter.js';
export { classifierLoader, type ClassifierBatch, type ClassifierLoaderOptions } from './classifier-loader.js';
export { padWindows, type PaddedWindows } from './pad-windows.js';
