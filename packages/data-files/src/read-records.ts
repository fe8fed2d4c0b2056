import { showName, UlmfitError } from '@ulmfit/errors';
import { streamFile } from '@ulmfit/files';
import { detectDelimiter, detectFormat, type DataFormat } from './data-format.js';
import { jsonlRecords } from './jsonl-records.js';
import { lineRecords } from './line-records.js';
import { describeFileError, pathKind } from './path-kind.js';
import { tableRecords } from './table-records.js';
import { textBlocks } from './text-blocks.js';
import type { TextRecord } from './text-record.js';
import { unpackedBytes } from './unpacked-bytes.js';

export interface ReadRecordsOptions {
  /** Default: found by the file's name or, where it tells nothing, by its first line. */
  readonly format?: DataFormat | undefined;
  /** What separates the columns of a table: one character. Default: found in its first line. */
  readonly delimiter?: string | undefined;
  /** Whether a table's first row names its columns; else they are called `1`, `2`, ... Default true. */
  readonly header?: boolean | undefined;
  /** Whether `"` quotes the fields of a table; else it stands for itself, as in many a TSV file of plain texts. Default true. */
  readonly quotes?: boolean | undefined;
  /** What messages call a stream. Default `standard input`. */
  readonly name?: string | undefined;
  /** Stops reading; the iteration throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each piece with the bytes of the file read so far, as they are on the disk. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * The records of a file or of a stream, such as `process.stdin`, in their order and one by one: a table (CSV, TSV), JSONL, or plain
 * lines; gzip is unpacked. Memory holds one block and one record, of at most 64 MiB.
 *
 * UTF-8, or UTF-16 with a byte order mark. Nothing is read, and no error thrown, before the first record is asked for.
 *
 * @throws UlmfitError with the file and the line: `NO_SUCH_PATH`, `NOT_A_FILE`, `FILE_ERROR`, `BAD_CSV`, `BAD_HEADER`, `BAD_ROW`,
 * `BAD_JSON`, `DOCUMENT_TOO_LONG`, `NOT_TEXT`, `NOT_UTF8`, `NOT_GZIP`, `TRUNCATED_GZIP`, `CORRUPT_GZIP`, `GZIP_BOMB`, `BAD_OPTION`.
 * @example
 * for await (const { fields, line } of readRecords('tickets.csv')) console.log(line, fields.text);
 */
export async function* readRecords(
  source: string | AsyncIterable<Uint8Array>,
  options: ReadRecordsOptions = {},
): AsyncGenerator<TextRecord, void> {
  const { signal, onBytes, delimiter, header = true, quotes = true } = options;
  if (delimiter !== undefined && !/^[^"\r\n]$/.test(delimiter)) {
    throw new UlmfitError(
      'BAD_OPTION',
      `delimiter: ${JSON.stringify(delimiter)} is not one character; give one such as ;`,
    );
  }
  const isPath = typeof source === 'string';
  const name = isPath ? showName(source) : (options.name ?? 'standard input');
  const bytes = watched(isPath ? fileBytes(source) : source, { signal, onBytes });
  const blocks = textBlocks(unpackedBytes(bytes, isPath ? source : name), name);

  try {
    const first = await blocks.next();
    if (first.done) return;
    const all = async function* () {
      yield first.value;
      yield* blocks;
    };
    // The first block holds the first line whole, unless a quoted field with newlines stands in it.
    const head = first.value.toString('utf8', 0, 64 * 1024);
    const format = options.format ?? detectFormat(isPath ? source : name, head);
    if (format === 'lines') yield* lineRecords(all());
    else if (format === 'jsonl') yield* jsonlRecords(all(), name);
    else
      yield* tableRecords(all(), {
        name,
        delimiter: delimiter ?? detectDelimiter(format, head),
        header,
        quotes,
      });
  } finally {
    await blocks.return();
  }
}

async function* fileBytes(path: string): AsyncGenerator<Buffer, void> {
  const { kind } = await pathKind(path);
  if (kind === 'folder') {
    throw new UlmfitError('NOT_A_FILE', `${showName(path)}: is a folder; give a file`);
  }
  try {
    yield* streamFile(path);
  } catch (error) {
    throw describeFileError(path, error);
  }
}

async function* watched(
  bytes: AsyncIterable<Uint8Array>,
  { signal, onBytes }: Pick<ReadRecordsOptions, 'signal' | 'onBytes'>,
): AsyncGenerator<Uint8Array, void> {
  signal?.throwIfAborted();
  let count = 0;
  for await (const chunk of bytes) {
    signal?.throwIfAborted();
    count += chunk.length;
    onBytes?.(count);
    yield chunk;
  }
}
