export { trainLinear, type LinearProgress, type TrainLinearOptions } from './train-linear.js';
export {
  LinearClassifier,
  type LinearModel,
  type LinearExplanation,
  type TermContribution,
} from './linear-classifier.js';
export {
  linearFromParts,
  linearJsonSchema,
  linearToParts,
  type LinearArray,
  type LinearJson,
  type LinearParts,
} from './linear-parts.js';
export type { NgramRange } from './ngrams.js';
export type { TermWeights, TextVector, TfIdf } from './tf-idf.js';
export type { TermCounts } from './term-counts.js';
export type { NgramVocabulary } from './ngram-vocabulary.js';
export type { HashedNgrams } from './hashed-ngrams.js';
