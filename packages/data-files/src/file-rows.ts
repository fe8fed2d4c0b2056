import { brief, showName, UlmfitError } from '@ulmfit/errors';
import { joinFields, type TextSet } from '@ulmfit/text';
import type { DataRow, ReadRowsOptions } from './data-row.js';
import { scalarText } from './jsonl-records.js';
import { readRecords, type ReadRecordsOptions } from './read-records.js';
import { splitName } from './split-name.js';
import type { TextRecord } from './text-record.js';

/** How the records of a file are read as rows. */
export interface FileRowsOptions extends Pick<
  ReadRecordsOptions,
  'format' | 'delimiter' | 'header' | 'quotes'
> {
  /** The set of its rows, where no column says so. */
  readonly set: TextSet;
  readonly splitColumn?: string | undefined;
  readonly textColumns: readonly string[];
  /** Absent where its rows have no labels. */
  readonly labelColumn?: string | undefined;
  readonly multiLabel: boolean;
  /** What separates several labels in one field. */
  readonly labelDelimiter?: string | undefined;
  /** Whether an empty field of several labels says that there are none, or nothing. */
  readonly emptyLabels: 'none' | 'unlabelled';
}

/** The rows of a file. @throws UlmfitError as {@link readRecords} does; `BAD_ROW`, `BAD_LABEL`, `UNKNOWN_SPLIT` */
export async function* fileRows(
  path: string,
  options: FileRowsOptions,
  { signal, onBytes }: ReadRowsOptions,
): AsyncGenerator<DataRow, void> {
  const { format, delimiter, header, quotes, set, splitColumn } = options;
  for await (const record of readRecords(path, { format, delimiter, header, quotes, signal, onBytes })) {
    const where = `${showName(path)}: line ${record.line}`;
    const own = splitColumn === undefined ? set : splitOf(record, splitColumn, where);
    const labels = own === 'unlabelled' ? undefined : labelsOf(record, options, where);
    yield { text: textOf(record, options.textColumns, where), labels, set: own };
  }
}

function textOf({ fields }: TextRecord, columns: readonly string[], where: string): string {
  return joinFields(
    columns.map((column) => {
      const text = Object.hasOwn(fields, column) ? fields[column] : undefined;
      if (text !== undefined) return text;
      throw new UlmfitError('BAD_ROW', `${where} has no text ${brief(column)}; add it, or leave the row out`);
    }),
  );
}

function splitOf({ fields }: TextRecord, column: string, where: string): TextSet {
  const value = (Object.hasOwn(fields, column) ? fields[column] : undefined) ?? '';
  const set = splitName(value);
  if (set !== undefined) return set;
  throw new UlmfitError(
    'UNKNOWN_SPLIT',
    `${where}: the split is ${brief(value)}; write train, valid, test or unlabelled`,
  );
}

function labelsOf(
  { fields, json }: TextRecord,
  { labelColumn, multiLabel, labelDelimiter, emptyLabels }: FileRowsOptions,
  where: string,
): readonly string[] | undefined {
  if (labelColumn === undefined) return undefined;
  const listed: unknown = json && Object.hasOwn(json, labelColumn) ? json[labelColumn] : undefined;
  if (listed !== undefined && listed !== null && scalarText(listed) === undefined) {
    if (multiLabel && Array.isArray(listed))
      return listed.map((label: unknown) => labelOf(scalarText(label), where));
    const what = Array.isArray(listed) ? 'not a text as those before it' : 'not a text';
    throw new UlmfitError(
      'BAD_LABEL',
      `${where}: the label is ${brief(listed)}, which is ${what}; correct it`,
    );
  }
  const field = Object.hasOwn(fields, labelColumn) ? fields[labelColumn] : undefined;
  if (field === undefined) return undefined;
  if (!multiLabel) return field === '' ? undefined : [labelOf(field, where)];
  if (field.trim() === '') return emptyLabels === 'none' ? [] : undefined;
  const pieces = labelDelimiter === undefined ? [field] : field.split(labelDelimiter);
  return pieces.map((label) => label.trim()).filter((label) => label !== '');
}

function labelOf(label: string | undefined, where: string): string {
  const name = label?.trim();
  if (name) return name;
  const what = name === undefined ? 'is not a text' : label === '' ? 'is empty' : 'is white space';
  throw new UlmfitError('BAD_LABEL', `${where}: the label ${what}; correct it, or leave the field empty`);
}
