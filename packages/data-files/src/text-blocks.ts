import { TextDecoder } from 'node:util';
import { UlmfitError } from '@ulmfit/errors';
import { utf8Blocks } from '@ulmfit/files';

/**
 * Bytes as blocks of whole lines (each ends in `\n`, but for the last) of valid UTF-8 without NUL. UTF-16 is converted where a byte
 * order mark says that it is that; byte order marks are dropped.
 * @throws UlmfitError `NOT_UTF8`, `NOT_TEXT` and `DOCUMENT_TOO_LONG`, with the line.
 */
export function textBlocks(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer, void> {
  return utf8Blocks(withoutNul(withoutMark(bytes, name), name), name);
}

/** Drops a byte order mark, and converts UTF-16 that has one. */
async function* withoutMark(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer, void> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let utf16: TextDecoder | undefined;
  const convert = (chunk?: Buffer): Buffer => {
    try {
      return Buffer.from(utf16?.decode(chunk, { stream: chunk !== undefined }) ?? '');
    } catch (error) {
      throw new UlmfitError('NOT_UTF8', `${name}: is not valid UTF-16; convert the file to UTF-8`, {
        cause: error,
      });
    }
  };
  const begin = (start: Buffer): Buffer => {
    if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return start.subarray(3);
    if (start[0] === 0xff && start[1] === 0xfe) utf16 = new TextDecoder('utf-16le', { fatal: true });
    if (start[0] === 0xfe && start[1] === 0xff) utf16 = new TextDecoder('utf-16be', { fatal: true });
    return utf16 ? convert(start) : start;
  };
  for await (const chunk of bytes) {
    if (head === undefined) yield utf16 ? convert(chunk) : chunk;
    else {
      head = Buffer.concat([head, chunk]);
      if (head.length < 3) continue;
      yield begin(head);
      head = undefined;
    }
  }
  if (head !== undefined) yield begin(head);
  if (utf16) yield convert();
}

async function* withoutNul(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer, void> {
  let line = 1;
  for await (const chunk of bytes) {
    const nul = chunk.indexOf(0);
    line += newlines(nul < 0 ? chunk : chunk.subarray(0, nul));
    if (nul >= 0) {
      throw new UlmfitError(
        'NOT_TEXT',
        `${name}: line ${line} holds a NUL byte; save the file as UTF-8 text`,
      );
    }
    yield chunk;
  }
}

function newlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}
