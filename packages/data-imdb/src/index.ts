export { readImdb } from './read-imdb.js';
export type { ReadImdbOptions, ReadProgress } from './read-imdb-options.js';
export { isLabelled, type LabelledReview, type Review, type Sentiment } from './review.js';
export { imdbTask, type ImdbTaskOptions } from './imdb-task.js';
export { splitImdb, type ImdbSplit, type SplitImdbOptions } from './split-imdb.js';
export { downloadImdb, IMDB_MD5, IMDB_URL, type DownloadImdbOptions } from './download-imdb.js';
export type { DownloadProgress } from '@ulmfit/files';
export * from './sample.js';
