import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { UlmfitError } from '@ulmfit/errors';

const NEWLINE = 0x0a;
/** A longer line is no text, and would fill the memory. */
export const MAXIMUM_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Bytes as blocks of whole lines (each ends in `\n`, but for the last) of valid UTF-8 without NUL. UTF-16 is converted where a byte
 * order mark says that it is that; byte order marks are dropped.
 * @throws UlmfitError `NOT_UTF8`, `NOT_TEXT` and `LINE_TOO_LONG`, with the line.
 */
export async function* utf8Blocks(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer, void> {
  let line = 1;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const check = (block: Buffer): Buffer => {
    const nul = block.indexOf(0);
    if (nul >= 0) {
      const at = line + countNewlines(block.subarray(0, nul));
      throw new UlmfitError('NOT_TEXT', `${name}: line ${at} holds a NUL byte; save the file as UTF-8 text`);
    }
    if (!isUtf8(block)) {
      const at = line + firstBadLine(block);
      throw new UlmfitError('NOT_UTF8', `${name}: line ${at} is not valid UTF-8; convert the file to UTF-8`);
    }
    line += countNewlines(block);
    return block;
  };
  for await (const chunk of decodeMarked(bytes, name)) {
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
        'LINE_TOO_LONG',
        `${name}: line ${line} has more than ${MAXIMUM_LINE_BYTES} bytes; is this a file of texts?`,
      );
    }
  }
  if (pending.length > 0) yield check(Buffer.concat(pending));
}

/** Drops a byte order mark, and converts UTF-16 that has one. */
async function* decodeMarked(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer, void> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let utf16: TextDecoder | undefined;
  const convert = (chunk: Buffer | undefined): Buffer => {
    try {
      return Buffer.from(utf16?.decode(chunk, { stream: chunk !== undefined }) ?? '');
    } catch (error) {
      throw new UlmfitError('NOT_UTF8', `${name}: is not valid UTF-16; convert the file to UTF-8`, {
        cause: error,
      });
    }
  };
  const open = (start: Buffer): Buffer => {
    head = undefined;
    if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return start.subarray(3);
    if (start[0] === 0xff && start[1] === 0xfe) utf16 = new TextDecoder('utf-16le', { fatal: true });
    if (start[0] === 0xfe && start[1] === 0xff) utf16 = new TextDecoder('utf-16be', { fatal: true });
    return utf16 ? convert(start) : start;
  };
  for await (const chunk of bytes) {
    if (head === undefined) yield utf16 ? convert(chunk) : chunk;
    else {
      head = Buffer.concat([head, chunk]);
      if (head.length >= 3) yield open(head);
    }
  }
  if (head !== undefined) yield open(head);
  if (utf16) yield convert(undefined);
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
