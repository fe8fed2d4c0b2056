// `@ulmfit/data-imdb/sample`: the invented texts alone, with nothing of Node's, for browsers.
export { sampleImdb, type SampleImdbOptions } from './sample/sample-imdb.js';
export { sampleCorpus, type SampleCorpusOptions } from './sample/sample-corpus.js';
export { sampleText, type SampleTextOptions } from './sample/sample-text.js';
export type { Review, Sentiment } from './review.js';
