import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '@ulmfit/files';
import type { ReadImdbOptions } from './read-imdb-options.js';
import { parseReviewPath, type Review } from './review.js';
import { decodeReview, MAXIMUM_REVIEW_BYTES, reviewTooLong } from './review-text.js';

const FOLDERS = ['test/neg', 'test/pos', 'train/neg', 'train/pos', 'train/unsup'];
/** Files read at once: enough to hide the disk's latency, far below the limit of open files. */
const CONCURRENCY = 32;

/** The reviews of an unpacked `aclImdb` folder (or of the folder it stands in). Links to files are not followed. */
export async function* readImdbFolder(
  path: string,
  { signal }: Pick<ReadImdbOptions, 'signal'>,
): AsyncGenerator<Review, void> {
  for (const root of [path, join(path, 'aclImdb')]) {
    for (const folder of FOLDERS) {
      const names = await filesIn(join(root, folder));
      for (let start = 0; start < names.length; start += CONCURRENCY) {
        signal?.throwIfAborted();
        const batch = names.slice(start, start + CONCURRENCY);
        const reviews = await Promise.all(batch.map((name) => readReview(root, `${folder}/${name}`)));
        yield* reviews.filter((review) => review !== undefined);
      }
    }
  }
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function readReview(root: string, path: string): Promise<Review | undefined> {
  const at = parseReviewPath(path);
  if (!at) return undefined;
  const file = join(root, path);
  const { size } = await stat(file);
  if (size > MAXIMUM_REVIEW_BYTES) throw reviewTooLong(file, size);
  return { ...at, text: decodeReview(await readFile(file), file) };
}
