import type { TextRecord } from './text-record.js';

/** The lines of UTF-8 blocks, each with its number, without `\n` or `\r\n`. */
export async function* numberedLines(
  blocks: AsyncIterable<Buffer>,
): AsyncGenerator<{ text: string; line: number }, void> {
  let line = 0;
  for await (const block of blocks) {
    const lines = block.toString('utf8').split('\n');
    if (lines.at(-1) === '') lines.pop(); // the block ends in a newline
    for (const text of lines) yield { text: text.endsWith('\r') ? text.slice(0, -1) : text, line: ++line };
  }
}

/** A record for each line, blank ones included. */
export async function* lineRecords(blocks: AsyncIterable<Buffer>): AsyncGenerator<TextRecord, void> {
  for await (const { text, line } of numberedLines(blocks)) yield { fields: { text }, line };
}
