import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UlmfitError } from '@ulmfit/errors';
import { errorCode } from './error-code.js';

/** Below this many unpacked bytes the ratio is not looked at: small files of few words pack very well. */
const RATIO_FREE_BYTES = 16 * 1024 * 1024;
/** Unpacked bytes for each packed one. Text packs about 3 to 1; a bomb about 1000 to 1. */
const MAXIMUM_RATIO = 200;

/**
 * Bytes as they are, or unpacked where they begin as gzip does: by what they hold, not by a name.
 * @param name What messages call it; where it ends in `.gz` the bytes must be gzip.
 * @throws UlmfitError `NOT_GZIP`, `TRUNCATED_GZIP`, `CORRUPT_GZIP`, `GZIP_BOMB`.
 */
export async function* unpackedBytes(
  source: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Buffer, void> {
  const chunks = source[Symbol.asyncIterator]();
  try {
    const head: Buffer[] = [];
    let bytes = 0;
    while (bytes < 2) {
      const { value, done } = await chunks.next();
      if (done) break;
      head.push(asBuffer(value));
      bytes += value.length;
    }
    const start = Buffer.concat(head);
    const rest = async function* (): AsyncGenerator<Buffer, void> {
      if (start.length > 0) yield start;
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield asBuffer(next.value);
    };
    if (start[0] === 0x1f && start[1] === 0x8b) yield* gunzip(rest(), name);
    else if (/\.gz$/i.test(name)) {
      throw new UlmfitError('NOT_GZIP', `${name}: is not a gzip file; pack it, or leave .gz out of its name`);
    } else yield* rest();
  } finally {
    await chunks.return?.();
  }
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

async function* gunzip(packed: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer, void> {
  const unpacking = createGunzip({ chunkSize: 256 * 1024 });
  // The loop below gets a failure through the destroyed stream, but for one of the source.
  let failure: unknown;
  const source = Readable.from(packed);
  source.once('error', (error) => (failure = error));
  pipeline(source, unpacking, () => {});
  let unpacked = 0;
  try {
    for await (const chunk of unpacking as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      if (unpacked > RATIO_FREE_BYTES && unpacked > unpacking.bytesWritten * MAXIMUM_RATIO) {
        throw new UlmfitError(
          'GZIP_BOMB',
          `${name}: unpacks to more than ${MAXIMUM_RATIO} times its size, which no text does; use another file`,
        );
      }
      yield chunk;
    }
  } catch (error) {
    throw failure ?? describeGzipError(name, error);
  }
}

function describeGzipError(name: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === 'Z_BUF_ERROR') {
    return new UlmfitError('TRUNCATED_GZIP', `${name}: ends too early; use a whole copy`, { cause: error });
  }
  if (code?.startsWith('Z_')) {
    return new UlmfitError('CORRUPT_GZIP', `${name}: is damaged; use a sound copy`, { cause: error });
  }
  return error;
}
