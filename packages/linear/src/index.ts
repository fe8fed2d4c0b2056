export {
  trainLinear,
  type LinearFitting,
  type LinearProgress,
  type LinearReading,
  type TrainLinearOptions,
} from './train-linear.js';
export {
  LinearClassifier,
  type LinearExplanation,
  type TermContribution,
  type WordContributions,
} from './linear-classifier.js';
export {
  linearFromParts,
  linearJsonSchema,
  linearToParts,
  type HashedTerms,
  type LinearArray,
  type LinearJson,
  type LinearParts,
  type VocabularyTerms,
} from './linear-parts.js';
export type { NgramRange } from './ngrams.js';
