import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import { UlmfitError } from '@ulmfit/errors';
import { errorCode } from './error-code.js';
import { hashFile } from './hash-file.js';
import { httpGet, pause, retryAfter } from './http-get.js';
import { withLock } from './process-lock.js';
import { syncFolder } from './sync-folder.js';

/** How far a download has come. */
export interface DownloadProgress {
  /** Bytes that are on disk, those of an earlier call included. */
  readonly bytes: number;
  /** The file's size, where the server tells it. */
  readonly totalBytes: number | undefined;
}

/** What a file has to be, by a hash of its bytes in hexadecimal digits. */
export interface Checksum {
  readonly algorithm: 'md5' | 'sha256';
  readonly digest: string;
}

export interface DownloadFileOptions {
  /** The file's address, or a mirror's. */
  readonly url: string;
  /** Where the file belongs. Folders above it are made. */
  readonly path: string;
  readonly checksum: Checksum;
  /** Called as bytes arrive. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Stops the download; what has arrived is kept for the next call. */
  readonly signal?: AbortSignal | undefined;
  /** Attempts in a row that bring no byte before giving up. Default 5. */
  readonly attempts?: number | undefined;
  /** Milliseconds before the second attempt; doubled at each further one. Default 1000. */
  readonly retryDelay?: number | undefined;
  /** Milliseconds without a byte after which a connection is given up. Default 30000. */
  readonly timeout?: number | undefined;
}

const MAXIMUM_DELAY = 60_000;

/** Something that may go better next time. */
class TransientFailure extends Error {
  constructor(
    message: string,
    readonly delay?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Makes sure that `path` holds the file with this checksum. One that is there is checked each time and replaced when it is
 * damaged. An interrupted download leaves `path.part`, from which the next one resumes; the final name only ever holds a
 * file that passed the check. Two downloads, in any processes, run one after the other.
 *
 * @throws UlmfitError `DOWNLOAD_FAILED` (network, after retries), `DOWNLOAD_REFUSED` (such as 404),
 * `BAD_CHECKSUM`, `BAD_URL`, `CACHE_NOT_WRITABLE`.
 * @example
 * await downloadFile({
 *   url: 'https://example.org/words.gz',
 *   path: join(cacheDirectory(), 'words.gz'),
 *   checksum: { algorithm: 'sha256', digest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
 * });
 */
export async function downloadFile(options: DownloadFileOptions): Promise<void> {
  const { url, path, checksum, signal, onProgress } = options;
  signal?.throwIfAborted();
  if (!URL.canParse(url))
    throw new UlmfitError('BAD_URL', `${url}: is not an address; give one that starts with https://`);
  try {
    if ((await digestOf(path, checksum, signal)) === checksum.digest) return;
    await mkdir(dirname(path), { recursive: true });
    // Two downloads would mix their bytes in one part: the second waits, and finds the file.
    const download = async () => {
      if ((await digestOf(path, checksum, signal)) === checksum.digest) return;
      await fetchWithRetries(options);
      await rename(`${path}.part`, path);
      await syncFolder(dirname(path));
    };
    const onWait = () =>
      void sizeOf(`${path}.part`).then((bytes) => onProgress?.({ bytes, totalBytes: undefined }));
    await withLock(`${path}.lock`, download, { signal, onWait });
  } catch (error) {
    throw describeFileError(path, error);
  }
}

/** Fills `path.part` until it has the right checksum. */
async function fetchWithRetries(options: DownloadFileOptions): Promise<void> {
  const { url, path, checksum, signal, attempts = 5, retryDelay = 1000 } = options;
  const part = `${path}.part`;
  let failures = 0;
  let mismatches = 0;
  for (;;) {
    const before = await sizeOf(part);
    let failure: TransientFailure;
    try {
      await fetchRest(options, before);
      const found = await digestOf(part, checksum, signal);
      if (found === checksum.digest) return;
      await rm(part, { force: true });
      // Resumed onto something else (another edition, a damaged part), it deserves one try from the start.
      if (before === 0 || ++mismatches > 1) {
        throw new UlmfitError(
          'BAD_CHECKSUM',
          `${url}: has the ${checksum.algorithm} ${found}, expected ${checksum.digest}; try again, or give the address of a mirror that holds the right file`,
        );
      }
      continue;
    } catch (error) {
      if (!(error instanceof TransientFailure)) throw error;
      failure = error;
    }
    // As long as bytes arrive, even a connection that is cut again and again gets there.
    failures = (await sizeOf(part)) > before ? 1 : failures + 1;
    if (failures >= attempts) {
      throw new UlmfitError(
        'DOWNLOAD_FAILED',
        `${url}: ${failure.message}, after ${attempts} attempts; check the network and run again (it resumes), or download the file by hand to ${path}`,
        { cause: failure },
      );
    }
    await pause(Math.min(MAXIMUM_DELAY, failure.delay ?? retryDelay * 2 ** (failures - 1)), signal);
  }
}

/** One request: what is missing of `path.part`, or all where the server can't resume. */
async function fetchRest(options: DownloadFileOptions, have: number): Promise<void> {
  const { url, path, signal, timeout = 30_000 } = options;
  const headers = { 'accept-encoding': 'identity', ...(have > 0 && { range: `bytes=${have}-` }) };
  let response: IncomingMessage;
  try {
    response = await httpGet(url, { headers, signal, timeout });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof UlmfitError) throw error;
    throw new TransientFailure(`can't be reached (${messageOf(error)})`, undefined, { cause: error });
  }
  const start = await startOfBody(url, response, have);
  if (start === undefined) return;
  await writeBody(`${path}.part`, start, response, options);
}

/** The offset at which the response's body begins; `undefined` when nothing is missing. */
async function startOfBody(
  url: string,
  response: IncomingMessage,
  have: number,
): Promise<number | undefined> {
  const { statusCode = 0, statusMessage } = response;
  const range = response.headers['content-range'];
  if (statusCode === 200) return 0;
  if (statusCode === 206) {
    const start = Number(/^bytes (\d+)-/.exec(range ?? '')?.[1] ?? NaN);
    if (start <= have) return start;
    response.destroy();
    throw new TransientFailure(`answered with bytes ${range} instead of those from ${have} on`);
  }
  response.destroy();
  // All of it has arrived, or more than there is: the checksum tells which.
  if (statusCode === 416 && have > 0) return undefined;
  const answer = `answers ${statusCode} ${statusMessage ?? ''}`.trim();
  if (statusCode === 408 || statusCode === 429 || statusCode >= 500) {
    throw new TransientFailure(answer, retryAfter(response));
  }
  throw new UlmfitError('DOWNLOAD_REFUSED', `${url}: ${answer}; check the address, or give that of a mirror`);
}

async function writeBody(
  part: string,
  start: number,
  response: IncomingMessage,
  { onProgress, signal }: DownloadFileOptions,
): Promise<void> {
  const length = Number(response.headers['content-length'] ?? NaN);
  const totalBytes = Number.isNaN(length) ? undefined : start + length;
  const file = await open(part, start === 0 ? 'w' : 'r+');
  let bytes = start;
  try {
    await file.truncate(start);
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        await file.write(chunk, 0, chunk.length, bytes);
        bytes += chunk.length;
        onProgress?.({ bytes, totalBytes });
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (isFileError(error)) throw error;
      throw new TransientFailure(`was cut off at byte ${bytes} (${messageOf(error)})`, undefined, {
        cause: error,
      });
    }
    if (totalBytes !== undefined && bytes !== totalBytes) {
      throw new TransientFailure(`sent ${bytes} bytes of ${totalBytes}`);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The file's digest, or `undefined` where there is none. */
async function digestOf(
  path: string,
  { algorithm }: Checksum,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    return await hashFile(path, algorithm, { signal });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

const FILE_ERRORS = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'EISDIR']);

function isFileError(error: unknown): boolean {
  return FILE_ERRORS.has(errorCode(error) ?? '');
}

function describeFileError(path: string, error: unknown): unknown {
  if (!isFileError(error)) return error;
  return new UlmfitError(
    'CACHE_NOT_WRITABLE',
    `${path}: can't be written (${messageOf(error)}); make room, or set ULMFIT_CACHE to another folder`,
    { cause: error },
  );
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node reports a host that is refused at all its addresses as an AggregateError without a message.
  return error.message || (errorCode(error) ?? error.name);
}
