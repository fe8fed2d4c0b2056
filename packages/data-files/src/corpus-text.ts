import { createHash } from 'node:crypto';
import { hashFile } from '@ulmfit/files';
import type { ReadTaskOptions, TextSource } from '@ulmfit/text';
import { corpusFiles, readCorpus } from './read-corpus.js';

/** Changes with how files are cut into documents. */
const READING = 'corpus/1';

export interface CorpusTextOptions {
  /** Stop after the document with which this many white-space separated words are reached. Default: read all. */
  readonly words?: number | undefined;
}

/**
 * General text in files, to pretrain on: `.txt`, `.txt.gz`, or a folder of them. See `readCorpus` for how it is cut into
 * documents.
 * @example
 * const corpus = corpusText('wiki.txt.gz', { words: 1_000_000 });
 */
export const corpusText = (path: string, { words }: CorpusTextOptions = {}): TextSource => ({
  name: path,
  settings: { kind: 'files', path, ...(words === undefined ? {} : { words }) },
  documents: ({ signal } = {}) =>
    readCorpus(path, { ...(words === undefined ? {} : { words }), ...(signal ? { signal } : {}) }),
  fingerprint: (options) => contentOf(path, words, options),
});

/**
 * What the documents of a corpus are: the bytes of its files, about a second a gigabyte, and how many words of them are
 * read. Names and times don't matter: a copy is the same text, a file that was changed is another.
 */
async function contentOf(
  path: string,
  words: number | undefined,
  { signal }: ReadTaskOptions = {},
): Promise<string> {
  const files: string[] = [];
  for (const file of await corpusFiles(path)) {
    files.push(`${/\.gz$/i.test(file) ? 'gz ' : ''}${await hashFile(file, 'sha256', { signal })}`);
  }
  return createHash('sha256')
    .update(JSON.stringify([READING, files, words ?? 'all']))
    .digest('hex');
}
