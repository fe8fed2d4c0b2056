import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { corpusFiles } from '@ulmfit/data-imdb';
import type { StageContext } from './stage-context.js';

/** Changes with how files are cut into documents. */
const READING = 'corpus/1';

/**
 * What the documents of a corpus are: the bytes of its files, about a second a gigabyte, and how many words of them are
 * read. Names and times don't matter: a copy is the same text, a file that was changed is another.
 * @throws UlmfitError `NO_SUCH_PATH`, `BAD_EXTENSION`, `EMPTY_CORPUS`
 */
export async function corpusContent(
  path: string,
  { words, signal }: { words?: number | undefined } & Pick<StageContext, 'signal'> = {},
): Promise<string> {
  const files: string[] = [];
  for (const file of await corpusFiles(path)) {
    const hash = createHash('sha256');
    for await (const bytes of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      hash.update(bytes);
    }
    files.push(`${/\.gz$/i.test(file) ? 'gz ' : ''}${hash.digest('hex')}`);
  }
  return JSON.stringify([READING, files, words ?? 'all']);
}
