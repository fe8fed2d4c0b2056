import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { getSystemErrorMap } from 'node:util';
// By its own path: help has no use for TensorFlow.js, which the package brings along.
import { UlmfitError } from '@ulmfit/errors';

/**
 * Prints lines on standard output; every result goes through here. `console.log` would lose them without a word where they
 * can't be written.
 * @throws UlmfitError `FILE_ERROR` where the system refuses them; ReaderEnded
 */
export const printLines = (lines: readonly string[], stream?: Output): Promise<void> =>
  printText(lines.map((line) => `${line}\n`).join(''), stream);

type Output = Writable & { readonly fd?: number };

/** The same of a piece of text, such as a word of a line that grows. */
export async function printText(text: string, stream: Output = process.stdout): Promise<void> {
  try {
    // Node's stream over a file leaves out what a nearly full disk has no room for, and says nothing.
    if (stream.fd !== undefined && !(stream instanceof Socket)) writeFileSync(stream.fd, Buffer.from(text));
    else await written(stream, text);
  } catch (error) {
    const { code, errno = 0 } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') throw new ReaderEnded('nobody reads standard output any more', { cause: error });
    const [name, what] = getSystemErrorMap().get(errno) ?? [code, 'the system refused'];
    throw new UlmfitError(
      'FILE_ERROR',
      `cannot write standard output: ${name} ${what}; make room or send it elsewhere, then give the same command again`,
      { cause: error },
    );
  }
}

/** Who read standard output has ended, such as `head`: he has what he wanted. */
export class ReaderEnded extends Error {
  override readonly name = 'ReaderEnded';
}

const written = (stream: Writable, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
