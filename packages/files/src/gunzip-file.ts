import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UlmfitError } from '@ulmfit/errors';
import { errorCode } from './error-code.js';

/** Below this many unpacked bytes the ratio is not looked at: small archives of padded members pack very well. */
const RATIO_FREE_BYTES = 16 * 1024 * 1024;

export interface GunzipOptions {
  /** Stops reading; the iteration throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each piece with the packed bytes taken so far. */
  readonly onBytes?: ((packed: number) => void) | undefined;
  /** Unpacked bytes allowed for each packed byte. Text packs about 3 to 1; a bomb about 1000 to 1. */
  readonly maximumRatio?: number | undefined;
}

/**
 * The unpacked bytes of a gzip file, piece by piece: memory stays constant whatever the file's size.
 * @throws UlmfitError `NOT_GZIP`, `TRUNCATED_GZIP`, `CORRUPT_GZIP`, `GZIP_BOMB`.
 * @example
 * for await (const text of decodeUtf8(gunzipFile('wiki.txt.gz'), 'wiki.txt.gz')) console.log(text.length);
 */
export async function* gunzipFile(path: string, options: GunzipOptions = {}): AsyncGenerator<Buffer, void> {
  await assertGzipMagic(path);
  yield* gunzip(createReadStream(path, { highWaterMark: 256 * 1024 }), path, options);
}

/**
 * The unpacked bytes of gzip's, wherever they come from.
 * @param name What messages call them.
 * @throws UlmfitError `TRUNCATED_GZIP`, `CORRUPT_GZIP`, `GZIP_BOMB`; what the packed bytes throw
 * @example
 * for await (const bytes of gunzip(streamFile('wiki.txt.gz'), 'wiki.txt.gz')) console.log(bytes.length);
 */
export async function* gunzip(
  packed: AsyncIterable<Uint8Array>,
  name: string,
  { signal, onBytes, maximumRatio = 100 }: GunzipOptions = {},
): AsyncGenerator<Buffer, void> {
  const unpacking = createGunzip({ chunkSize: 256 * 1024 });
  // The callback only keeps a failure from being unhandled: it reaches the loop below through the destroyed stream.
  pipeline(packed, unpacking, () => {});
  let unpacked = 0;
  try {
    for await (const chunk of unpacking as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      unpacked += chunk.length;
      if (unpacked > RATIO_FREE_BYTES && unpacked > unpacking.bytesWritten * maximumRatio) {
        throw new UlmfitError(
          'GZIP_BOMB',
          `${name}: unpacks to more than ${maximumRatio} times its size, unlike any text; use another file`,
        );
      }
      onBytes?.(unpacking.bytesWritten);
      yield chunk;
    }
  } catch (error) {
    throw describeGzipError(name, error);
  }
}

async function assertGzipMagic(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    if (bytesRead < 2 || buffer[0] !== 0x1f || buffer[1] !== 0x8b) {
      throw new UlmfitError('NOT_GZIP', `${path}: is not a gzip file; give one that gzip has packed`);
    }
  } finally {
    await file.close();
  }
}

function describeGzipError(path: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === 'Z_BUF_ERROR') {
    return new UlmfitError(
      'TRUNCATED_GZIP',
      `${path}: ends too early: it was not copied or packed whole; use a whole copy`,
      {
        cause: error,
      },
    );
  }
  if (code?.startsWith('Z_')) {
    return new UlmfitError('CORRUPT_GZIP', `${path}: is damaged; use a sound copy`, {
      cause: error,
    });
  }
  return error;
}
