import { createReadStream } from 'node:fs';

export interface StreamFileOptions {
  /** Stops reading; the iteration throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The bytes of a file, piece by piece: memory stays constant whatever the file's size.
 * @example
 * for await (const bytes of streamFile('words.txt')) console.log(bytes.length);
 */
export async function* streamFile(
  path: string,
  { signal }: StreamFileOptions = {},
): AsyncGenerator<Buffer, void> {
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    yield chunk;
  }
}
