export { readImdb, type ReadImdbOptions, type ReadProgress } from './read-imdb.js';
export { isLabelled, type LabelledReview, type Review, type Sentiment } from './review.js';
export { splitImdb, type ImdbSplit, type SplitImdbOptions } from './split-imdb.js';
