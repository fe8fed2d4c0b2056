import { pipeline, Readable } from 'node:stream';
import { brief, UlmfitError } from '@ulmfit/errors';
import { parse, type Info } from 'csv-parse';
import { errorCode } from './error-code.js';
import type { TextRecord } from './text-record.js';
import { MAXIMUM_LINE_BYTES } from './utf8-blocks.js';

export interface TableOptions {
  /** What messages call the file. */
  readonly name: string;
  /** One character. */
  readonly delimiter: string;
  /** Whether the first row names the columns; else they are called `1`, `2`, ... */
  readonly header: boolean;
}

/** What csv-parse gives for each row with its option `info`. */
interface ParsedRow {
  readonly record: readonly string[];
  readonly info: Info;
}

/**
 * The rows of a CSV or TSV table. Quotes are those of RFC 4180: a field in `"` may hold delimiters, newlines and `""`; a quote
 * within a field that has none around it stands for itself. Blank lines are skipped.
 * @param blocks Bytes of UTF-8.
 * @throws UlmfitError `BAD_CSV`, `BAD_HEADER`, `BAD_ROW`, `LINE_TOO_LONG`, with the line.
 */
export async function* tableRecords(
  blocks: AsyncIterable<Buffer>,
  { name, delimiter, header }: TableOptions,
): AsyncGenerator<TextRecord, void> {
  let columns: readonly string[] | undefined;
  let line = 1; // at which the next row begins, blank lines apart
  let blank = 0;
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAXIMUM_LINE_BYTES,
    info: true,
  });
  let failure: unknown; // of the blocks: the parser's own ends the loop below
  const source = Readable.from(blocks);
  source.once('error', (error) => (failure = error));
  pipeline(source, parser, () => {});
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRow>) {
      line += info.empty_lines - blank;
      blank = info.empty_lines;
      const begin = line;
      line += 1 + newlinesIn(record);
      if (columns === undefined) {
        columns = header ? headerOf(record, `${name}: line ${begin}`) : record.map((_, i) => String(i + 1));
        if (header) continue;
      }
      yield { fields: fieldsOf(columns, record, `${name}: line ${begin}`), line: begin };
    }
  } catch (error) {
    throw failure ?? describeCsvError(error, name, line);
  }
}

function headerOf(record: readonly string[], where: string): string[] {
  const columns = record.map((column) => column.trim());
  const twice = columns.find((column, i) => column !== '' && columns.indexOf(column) !== i);
  if (twice !== undefined) {
    throw new UlmfitError('BAD_HEADER', `${where} has two columns ${brief(twice)}; rename one of them`);
  }
  return columns;
}

function fieldsOf(
  columns: readonly string[],
  record: readonly string[],
  where: string,
): Readonly<Record<string, string>> {
  if (record.length !== columns.length) {
    throw new UlmfitError(
      'BAD_ROW',
      `${where} has ${record.length} columns, and the first row ${columns.length}; quote texts that hold delimiters, quotes or newlines`,
    );
  }
  return Object.fromEntries(columns.map((column, i) => [column, record[i] ?? '']));
}

function newlinesIn(record: readonly string[]): number {
  let count = 0;
  for (const field of record) {
    for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) count++;
  }
  return count;
}

function describeCsvError(error: unknown, name: string, line: number): unknown {
  const code = errorCode(error);
  if (code === 'CSV_QUOTE_NOT_CLOSED') {
    return new UlmfitError(
      'BAD_CSV',
      `${name}: a quote that opens in the row at line ${line} is never closed; close it, or write it as ""`,
      { cause: error },
    );
  }
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return new UlmfitError(
      'LINE_TOO_LONG',
      `${name}: the row at line ${line} has more than ${MAXIMUM_LINE_BYTES} bytes; is a quote left open?`,
      { cause: error },
    );
  }
  if (code?.startsWith('CSV_')) {
    return new UlmfitError('BAD_CSV', `${name}: the row at line ${line} can't be read; check its quotes`, {
      cause: error,
    });
  }
  return error;
}
