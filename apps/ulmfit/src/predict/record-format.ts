import type { DataFormat, TextRecord } from '@ulmfit/data-files';
import type { Prediction } from '@ulmfit/pipeline';
import { stringify } from 'csv-stringify/sync';
import { jsonText } from '../terminal-text.js';
import { LABEL_DELIMITER, textLine } from './text-line.js';

export interface RecordFormatOptions {
  readonly format: DataFormat;
  /** The classes, in the order in which their probabilities are written. */
  readonly classes: readonly string[];
  readonly multiLabel: boolean;
  /** Whether the probabilities of all classes are written. */
  readonly all: boolean;
  /** Of a table. */
  readonly delimiter?: string | undefined;
  /** Whether a table names its columns. Default true. */
  readonly header?: boolean | undefined;
  /** The columns of the first record. */
  readonly columns: readonly string[];
}

/** Writes records with what was predicted of them, each as one string without its last newline. */
export interface RecordFormat {
  /** What stands before all records, where something does. */
  readonly header?: string;
  line(record: TextRecord, prediction: Prediction | null): string;
}

/**
 * The same form as the records have, with `label` and `probability` added: `predicted_label` and `predicted_probability` where the
 * records have a column of these names. A text without words has neither.
 */
export function recordFormat(options: RecordFormatOptions): RecordFormat {
  const isTaken = ['label', 'labels', 'probability', 'probabilities'].some((name) =>
    options.columns.includes(name),
  );
  const named = (name: string) => (isTaken ? `predicted_${name}` : name);
  if (options.format === 'lines') return lineFormat(options);
  return options.format === 'jsonl' ? jsonlFormat(options, named) : tableFormat(options, named);
}

function lineFormat({ classes, all }: RecordFormatOptions): RecordFormat {
  return {
    line: ({ fields }, prediction) => textLine(fields['text'] ?? '', prediction, all ? classes : undefined),
  };
}

function jsonlFormat(
  { multiLabel, all }: RecordFormatOptions,
  named: (name: string) => string,
): RecordFormat {
  return {
    line: ({ json, fields }, prediction) =>
      jsonText({
        ...(json ?? fields),
        [named('label')]: prediction?.label ?? null,
        [named('probability')]: prediction?.probability ?? null,
        ...(multiLabel && { [named('labels')]: prediction?.labels ?? null }),
        ...(all && { [named('probabilities')]: prediction?.probabilities ?? null }),
      }),
  };
}

function tableFormat(options: RecordFormatOptions, named: (name: string) => string): RecordFormat {
  const { format, header = true, columns, classes, multiLabel, all } = options;
  const delimiter = options.delimiter ?? (format === 'tsv' ? '\t' : ',');
  const row = (cells: readonly string[]) => stringify([cells], { delimiter, eof: false });
  const probability = (value: number | undefined) => value?.toFixed(6) ?? '';
  const added = ['label', 'probability', ...(all ? classes.map((name) => `probability_${name}`) : [])];
  return {
    ...(header && { header: row([...columns, ...added.map(named)]) }),
    line: ({ fields }, prediction) =>
      row([
        ...columns.map((column) => fields[column] ?? ''),
        (multiLabel ? prediction?.labels.join(LABEL_DELIMITER) : prediction?.label) ?? '',
        probability(prediction?.probability),
        ...(all ? classes.map((name) => probability(prediction?.probabilities[name])) : []),
      ]),
  };
}
