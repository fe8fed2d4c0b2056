import { stat } from 'node:fs/promises';
import { showName, UlmfitError } from '@ulmfit/errors';
import { errorCode } from '@ulmfit/files';
import { readImdbArchive } from './imdb-archive.js';
import { readImdbFolder } from './imdb-folder.js';
import type { ReadImdbOptions, ReadProgress } from './read-imdb-options.js';
import { compareIds, type Review } from './review.js';

const PROGRESS_EVERY = 1000;

/**
 * Reads the Large Movie Review Dataset (Maas et al. 2011) from `aclImdb_v1.tar.gz` or from the `aclImdb` folder.
 * Reviews come sorted by id, whatever their order in the archive; an archive and its unpacked folder give equal records.
 *
 * @throws UlmfitError `NO_SUCH_PATH`; `NOT_GZIP`, `TRUNCATED_GZIP`, `CORRUPT_GZIP`, `BAD_TAR` (a failed download);
 * `NO_REVIEWS`; `NOT_UTF8`, `REVIEW_TOO_LONG`, `DUPLICATE_REVIEW`, `UNSAFE_MEMBER` (with the member's name); `GZIP_BOMB`.
 * @example
 * const reviews = await readImdb('aclImdb_v1.tar.gz');
 * const { train, test } = splitImdb(reviews, { seed: 1, trainReviews: 2000 });
 */
export async function readImdb(path: string, options: ReadImdbOptions = {}): Promise<Review[]> {
  const { onProgress, signal } = options;
  signal?.throwIfAborted();
  const info = await statOrThrow(path);
  const progress: ReadProgress = { reviews: 0, bytes: 0, totalBytes: info.isDirectory() ? 0 : info.size };
  const source = info.isDirectory()
    ? readImdbFolder(path, options)
    : readImdbArchive(path, { ...options, onBytes: (bytes) => (progress.bytes = bytes) });

  const byId = new Map<string, Review>();
  for await (const review of source) {
    signal?.throwIfAborted();
    if (byId.has(review.id)) {
      throw new UlmfitError(
        'DUPLICATE_REVIEW',
        `${path}: holds member ${showName(review.id)} twice; use a clean copy of the dataset`,
      );
    }
    byId.set(review.id, review);
    progress.reviews = byId.size;
    if (byId.size % PROGRESS_EVERY === 0) onProgress?.({ ...progress });
  }
  if (byId.size === 0) {
    throw new UlmfitError(
      'NO_REVIEWS',
      `${path}: holds no reviews; expected files such as aclImdb/train/pos/0_9.txt in it`,
    );
  }
  onProgress?.({ ...progress });
  return [...byId.values()].sort(compareIds);
}

async function statOrThrow(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') throw error;
    throw new UlmfitError(
      'NO_SUCH_PATH',
      `${path}: no such file or folder; give the path of aclImdb_v1.tar.gz or of the aclImdb folder`,
      { cause: error },
    );
  }
}
