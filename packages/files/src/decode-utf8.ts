import { isUtf8 } from 'node:buffer';
import { UlmfitError } from '@ulmfit/errors';

const NEWLINE = 0x0a;
/** A longer line is no text, and would fill the memory. */
export const MAXIMUM_LINE_BYTES = 64 * 1024 * 1024;

/**
 * Text of UTF-8 bytes, cut at line ends: no character spans one. A byte order mark at the start is dropped.
 * @throws UlmfitError `NOT_UTF8` and `DOCUMENT_TOO_LONG`, with the line.
 * @example
 * for await (const text of decodeUtf8(streamFile('words.txt'), 'words.txt')) console.log(text.split('\n').length);
 */
export async function* decodeUtf8(bytes: AsyncIterable<Buffer>, file: string): AsyncGenerator<string, void> {
  let first = true;
  for await (const block of utf8Blocks(bytes, file)) {
    const text = block.toString('utf8');
    yield first && text.startsWith('\ufeff') ? text.slice(1) : text;
    first = false;
  }
}

/**
 * Bytes as blocks of valid UTF-8, each of whole lines but for the last, for readers that take bytes.
 * @throws UlmfitError `NOT_UTF8` and `DOCUMENT_TOO_LONG`, with the line.
 * @example
 * for await (const block of utf8Blocks(streamFile('words.txt'), 'words.txt')) console.log(block.length);
 */
export async function* utf8Blocks(bytes: AsyncIterable<Buffer>, file: string): AsyncGenerator<Buffer, void> {
  let line = 1;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const check = (block: Buffer): Buffer => {
    if (!isUtf8(block)) {
      const at = line + firstBadLine(block);
      throw new UlmfitError('NOT_UTF8', `${file}: line ${at} is not valid UTF-8; convert the file to UTF-8`);
    }
    line += countNewlines(block);
    return block;
  };
  for await (const chunk of bytes) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      yield check(Buffer.concat([...pending, chunk.subarray(0, end)]));
      pending = [];
      pendingBytes = 0;
    }
    if (end < chunk.length) pending.push(chunk.subarray(end));
    pendingBytes += chunk.length - end;
    if (pendingBytes > MAXIMUM_LINE_BYTES) {
      throw new UlmfitError(
        'DOCUMENT_TOO_LONG',
        `${file}: line ${line} has more than ${MAXIMUM_LINE_BYTES} bytes; break it into shorter lines`,
      );
    }
  }
  if (pending.length > 0) yield check(Buffer.concat(pending));
}

/**
 * Turns `\r\n` and `\r` into `\n`. No piece may end between the two, as none of `decodeUtf8` does.
 * @example
 * const texts = normalizeNewlines(decodeUtf8(streamFile('words.txt'), 'words.txt'));
 * for await (const text of texts) console.log(text.includes('\r')); // always false
 */
export async function* normalizeNewlines(texts: AsyncIterable<string>): AsyncGenerator<string, void> {
  for await (const text of texts) yield text.replace(/\r\n?/g, '\n');
}

function countNewlines(buffer: Buffer): number {
  let count = 0;
  for (let at = buffer.indexOf(NEWLINE); at >= 0; at = buffer.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

function firstBadLine(buffer: Buffer): number {
  let index = 0;
  for (let start = 0; start < buffer.length; index++) {
    const newline = buffer.indexOf(NEWLINE, start);
    const end = newline < 0 ? buffer.length : newline + 1;
    if (!isUtf8(buffer.subarray(start, end))) break;
    start = end;
  }
  return index;
}
