import { UlmfitError } from '@ulmfit/errors';
import { gunzip } from '@ulmfit/files';

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
    let start = Buffer.alloc(0);
    while (start.length < 2) {
      const next = await chunks.next();
      if (next.done === true) break;
      start = Buffer.concat([start, next.value]);
    }
    const whole = async function* (): AsyncGenerator<Buffer, void> {
      if (start.length > 0) yield start;
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield asBuffer(next.value);
    };
    if (start[0] === 0x1f && start[1] === 0x8b) yield* gunzip(whole(), name);
    else if (/\.gz$/i.test(name)) {
      throw new UlmfitError('NOT_GZIP', `${name}: is not a gzip file; pack it, or leave .gz out of its name`);
    } else yield* whole();
  } finally {
    await chunks.return?.();
  }
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
