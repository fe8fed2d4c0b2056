import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

export interface HashFileOptions {
  /** Stops reading; rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The hash of a file's bytes in hexadecimal digits, in constant memory.
 * @throws the system's error, such as `ENOENT`
 * @example
 * console.log(await hashFile('words.txt', 'sha256'));
 */
export async function hashFile(
  path: string,
  algorithm: 'md5' | 'sha256',
  { signal }: HashFileOptions = {},
): Promise<string> {
  const hash = createHash(algorithm);
  const file = await open(path);
  try {
    // Large reads into one buffer: a stream of small chunks takes half as long again for 800 MB.
    const buffer = Buffer.allocUnsafe(1 << 22);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
