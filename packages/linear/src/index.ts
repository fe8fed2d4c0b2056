export { trainLinear, type LinearProgress, type TrainLinearOptions } from './train-linear.js';
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
  type LinearArray,
  type LinearJson,
  type LinearParts,
} from './linear-parts.js';
export type { NgramRange } from './ngrams.js';
