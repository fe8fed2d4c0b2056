import { pipeline } from 'node:stream';
import { brief, UlmfitError } from '@ulmfit/errors';
import { MAXIMUM_LINE_BYTES } from '@ulmfit/files';
import { CsvError, parse } from 'csv-parse';
import type { TextRecord } from './text-record.js';

export interface TableOptions {
  /** What messages call the file. */
  readonly name: string;
  /** One character. */
  readonly delimiter: string;
  /** Whether the first row names the columns; else they are called `1`, `2`, ... */
  readonly header: boolean;
  /** Whether `"` quotes fields; else it stands for itself. */
  readonly quotes: boolean;
}

/**
 * The rows of a CSV or TSV table. Quotes are those of RFC 4180: a field in `"` may hold delimiters, newlines and `""`; a quote
 * within a field that has none around it stands for itself. Blank lines are skipped.
 * @param blocks Bytes of UTF-8.
 * @throws UlmfitError `BAD_CSV`, `BAD_HEADER`, `BAD_ROW`, `DOCUMENT_TOO_LONG`, with the line.
 */
export async function* tableRecords(
  blocks: AsyncIterable<Buffer>,
  { name, delimiter, header, quotes }: TableOptions,
): AsyncGenerator<TextRecord, void> {
  let columns: readonly string[] | undefined;
  // Counted as rows are parsed, ahead of those that are read here: an error is of the row that begins at `line`.
  let line = 1;
  let blank = 0;
  let width = 0;
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    quote: quotes ? '"' : null,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAXIMUM_LINE_BYTES,
    // Each row comes with the line that it begins at as its first field.
    on_record: (fields: string[], { empty_lines }) => {
      const begin = line + empty_lines - blank;
      blank = empty_lines;
      line = begin + 1 + newlinesIn(fields);
      width = fields.length;
      return [String(begin), ...fields];
    },
  });
  // The callback only keeps a failure from being unhandled: it reaches the loop below through the destroyed stream.
  pipeline(blocks, parser, () => {});
  try {
    for await (const [begin, ...row] of parser as AsyncIterable<string[]>) {
      const where = `${name}: line ${begin}`;
      if (columns === undefined) {
        columns = header ? headerOf(row, where) : row.map((_, i) => String(i + 1));
        if (header) continue;
      }
      yield {
        fields: Object.fromEntries(columns.map((column, i) => [column, row[i] ?? ''])),
        line: Number(begin),
      };
    }
  } catch (error) {
    throw error instanceof CsvError ? describeCsvError(error, name, { line, blank, width }) : error;
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

function newlinesIn(record: readonly string[]): number {
  let count = 0;
  for (const field of record) {
    for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) count++;
  }
  return count;
}

/** What csv-parse says of the row after those that it has read, for our users. */
function describeCsvError(
  error: CsvError,
  name: string,
  { line, blank, width }: { line: number; blank: number; width: number },
): UlmfitError {
  const { empty_lines, record } = error;
  const at = line + (typeof empty_lines === 'number' ? empty_lines - blank : 0);
  if (error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH' && Array.isArray(record)) {
    const columns = `${record.length} column${record.length === 1 ? '' : 's'}`;
    return new UlmfitError(
      'BAD_ROW',
      `${name}: line ${at} has ${columns}, and the first row ${width}; quote texts that hold delimiters, quotes or newlines`,
      { cause: error },
    );
  }
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
    return new UlmfitError(
      'BAD_CSV',
      `${name}: a quote that opens in the row at line ${at} is never closed; write it as "", or read without quotes (--no-quotes)`,
      { cause: error },
    );
  }
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return new UlmfitError(
      'DOCUMENT_TOO_LONG',
      `${name}: the row at line ${at} has more than ${MAXIMUM_LINE_BYTES} bytes; is a quote left open?`,
      { cause: error },
    );
  }
  return new UlmfitError('BAD_CSV', `${name}: the row at line ${at} can't be read; check its quotes`, {
    cause: error,
  });
}
