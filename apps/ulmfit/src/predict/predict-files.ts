import {
  detectFormat,
  guessColumns,
  readRecords,
  type DataFormat,
  type ReadRecordsOptions,
  type TextRecord,
} from '@ulmfit/data-files';
import { UlmfitError } from '@ulmfit/errors';
import type { LoadedClassifier } from '@ulmfit/pipeline';
import { joinFields } from '@ulmfit/text';
import { recordFormat, type RecordFormat } from './record-format.js';

export interface PredictFilesOptions extends Pick<ReadRecordsOptions, 'delimiter' | 'header' | 'quotes'> {
  /** Paths, or `-` for standard input. */
  readonly files: readonly string[];
  readonly classifier: LoadedClassifier;
  /** Default: the file's own, found by its name or its first line. */
  readonly format?: DataFormat | undefined;
  /** Default: found by plain names, such as `text`. */
  readonly textColumns?: readonly string[] | undefined;
  /** Whether the records are written as JSON, whatever their form. */
  readonly json?: boolean | undefined;
  /** Whether the probabilities of all classes are written. */
  readonly all?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Takes lines of the output, in order. */
  readonly print: (lines: readonly string[]) => Promise<void>;
  /** Takes what the user should know. */
  readonly say: (line: string) => void;
}

/** Lines that are printed at once. */
const PRINT_LINES = 256;

/**
 * Classifies the records of files, in their order, and prints each with its prediction as it comes. Memory holds some thousand
 * records.
 * @returns how many records were classified, and how many of them had no words
 */
export async function predictFiles(
  options: PredictFilesOptions,
): Promise<{ records: number; empty: number }> {
  const { classifier, signal, print } = options;
  const waiting: { readonly record: TextRecord; readonly output: RecordFormat }[] = [];
  let taken = 0;
  let records = 0;
  let empty = 0;
  let lines: string[] = [];
  async function* texts(): AsyncGenerator<string, void> {
    for await (const { record, output, text } of labelled(options)) {
      waiting.push({ record, output });
      yield text;
    }
  }
  const flush = async () => {
    const due = lines;
    lines = [];
    if (due.length > 0) await print(due);
  };
  let last: RecordFormat | undefined;
  try {
    for await (const prediction of classifier.classify(texts(), { signal })) {
      const next = waiting[taken++];
      if (!next) break;
      if (taken === waiting.length) waiting.length = taken = 0;
      const { record, output } = next;
      if (!last && output.header !== undefined) lines.push(output.header);
      last = output;
      records++;
      if (!prediction) empty++;
      lines.push(output.line(record, prediction));
      if (lines.length >= PRINT_LINES) await flush();
    }
  } finally {
    // What was classified before an error counts.
    await flush();
  }
  return { records, empty };
}

/** Each record with its text and with how it is written. */
async function* labelled({ files, say, ...options }: PredictFilesOptions) {
  const { classifier, json = false, all = false, signal, delimiter, header, quotes } = options;
  const reading = { delimiter, header, quotes };
  let shared: { file: string; form: string; output: RecordFormat } | undefined;
  for (const file of files) {
    const name = file === '-' ? 'standard input' : file;
    let read: { readonly output: RecordFormat; readonly textOf: (record: TextRecord) => string } | undefined;
    const source = file === '-' ? process.stdin : file;
    for await (const record of readRecords(source, { format: options.format, ...reading, name, signal })) {
      if (!read) {
        const columns = Object.keys(record.fields);
        const format = options.format ?? formatOf(name, record);
        const textOf = textsOf(name, format, columns, options.textColumns, say);
        // All that is written has the form of the first file.
        const form = format === 'jsonl' ? format : [format, ...columns].join('\n');
        if (shared && shared.form !== form) {
          throw new UlmfitError(
            'BAD_OPTION',
            `${name}: its format or columns differ from those of ${shared.file}; predict it in a separate command`,
          );
        }
        const { classes, multiLabel } = classifier;
        const output =
          shared?.output ??
          recordFormat({
            ...{ format: json ? 'jsonl' : format, delimiter, header, classes, multiLabel, all, columns },
          });
        shared ??= { file: name, form, output };
        read = { output, textOf };
      }
      yield { record, output: read.output, text: read.textOf(record) };
    }
    if (!read) say(`${name}: holds no texts`);
  }
}

/** The form of what was read, by the file's name or by what it is. */
function formatOf(name: string, { json, fields }: TextRecord): DataFormat {
  if (json) return 'jsonl';
  const columns = Object.keys(fields);
  const byName = detectFormat(name, '');
  if (byName !== 'lines') return byName;
  return columns.length === 1 && columns[0] === 'text' ? 'lines' : 'csv';
}

/** How a record's text is made of its columns. */
function textsOf(
  name: string,
  format: DataFormat,
  columns: readonly string[],
  given: readonly string[] | undefined,
  say: (line: string) => void,
): (record: TextRecord) => string {
  if (format === 'lines') return ({ fields }) => fields['text'] ?? '';
  const { text, guessed } = guessColumns(name, columns, { text: given, label: null });
  for (const line of guessed) say(`${name}: ${line}`);
  return ({ fields }) => joinFields(text.map((column) => fields[column] ?? ''));
}
