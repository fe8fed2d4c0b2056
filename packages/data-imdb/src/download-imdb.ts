import { join } from 'node:path';
import { cacheDirectory, downloadFile, type DownloadProgress } from '@ulmfit/files';

/** Where the dataset's authors publish it (84 MB). */
export const IMDB_URL = 'https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz';
/** The MD5 of the archive as published: it guards against damage, and names the edition. */
export const IMDB_MD5 = '7c2ac02c03563afcf9b574c7e56c153a';

export interface DownloadImdbOptions {
  /** Default: `$ULMFIT_CACHE`, or else the system's cache folder for `ulmfit`. */
  cacheDirectory?: string;
  /** Called as bytes arrive. */
  onProgress?: (progress: DownloadProgress) => void;
  /** Stops the download; what has arrived is kept for the next call. */
  signal?: AbortSignal;
  /** A mirror of the archive. Default: `IMDB_URL`. */
  url?: string;
  /** The archive's MD5 in hexadecimal, for a mirror of another edition. Default: `IMDB_MD5`. */
  md5?: string;
  /** Attempts in a row that bring no byte before giving up. Default 5. */
  attempts?: number;
  /** Milliseconds before the second attempt; doubled at each further one. Default 1000. */
  retryDelay?: number;
  /** Milliseconds without a byte after which a connection is given up. Default 30000. */
  timeout?: number;
}

/**
 * Downloads the Large Movie Review Dataset, unless the cache holds it whole, and returns the archive's path for `readImdb`.
 * A cached file is checked each time and replaced when it is damaged. An interrupted download leaves
 * `aclImdb_v1.tar.gz.part`, from which the next one resumes; the final name only ever holds a file that passed the check.
 * Two downloads, in any processes, run one after the other.
 *
 * @throws UlmfitError `DOWNLOAD_FAILED` (network, after retries), `DOWNLOAD_REFUSED` (such as 404),
 * `BAD_CHECKSUM`, `BAD_URL`, `CACHE_NOT_WRITABLE`.
 * @example
 * const task = await imdbTask({ data: await downloadImdb(), trainReviews: 2000 });
 */
export async function downloadImdb(options: DownloadImdbOptions = {}): Promise<string> {
  const { cacheDirectory: folder = cacheDirectory(), url = IMDB_URL, md5 = IMDB_MD5, ...rest } = options;
  const path = join(folder, 'aclImdb_v1.tar.gz');
  await downloadFile({ url, path, checksum: { algorithm: 'md5', digest: md5 }, ...rest });
  return path;
}
