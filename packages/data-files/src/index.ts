export { fileTask, type FileTask, type FileTaskOptions, type FileTaskProgress } from './file-task.js';
export type { SourceOptions } from './row-sources.js';
export { readRecords, type ReadRecordsOptions } from './read-records.js';
export type { TextRecord } from './text-record.js';
export { detectDelimiter, detectFormat, type DataFormat } from './data-format.js';
export { guessColumns, type Columns, type GivenColumns, type GuessedColumns } from './guess-columns.js';
export { corpusText, type CorpusTextOptions } from './corpus-text.js';
export { corpusFiles, readCorpus, type ReadCorpusOptions } from './read-corpus.js';
