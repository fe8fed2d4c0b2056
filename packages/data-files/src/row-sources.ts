import { basename } from 'node:path';
import { showName, UlmfitError } from '@ulmfit/errors';
import type { TaskSetting, TextSet } from '@ulmfit/text';
import type { RowSource } from './data-row.js';
import { fileRows, type FileRowsOptions } from './file-rows.js';
import { folderRows, textFolders, type TextFolder } from './folder-rows.js';
import { guessColumns, requireColumn, type GuessedColumns } from './guess-columns.js';
import { pathKind } from './path-kind.js';
import { readRecords, type ReadRecordsOptions } from './read-records.js';
import { splitFiles } from './split-files.js';
import { splitName } from './split-name.js';
import type { TextRecord } from './text-record.js';

/** Where the texts are, and how they are read. */
export interface SourceOptions extends Pick<
  ReadRecordsOptions,
  'format' | 'delimiter' | 'header' | 'quotes'
> {
  /**
   * The training texts: a file of CSV, TSV or JSONL, or a folder with a folder of texts for each class (or with folders `train`,
   * `valid`, `test`, `unlabelled` of such, or with files of these names, such as `train.csv`).
   */
  readonly data: string;
  /** Labelled texts that guide training, in any of these forms. Default: a share of the training texts. */
  readonly valid?: string | undefined;
  /** Labelled texts that are scored at the end. */
  readonly test?: string | undefined;
  /** Texts for the language model: also a file of plain lines, or a folder of texts. Labels in it are not read. */
  readonly unlabelled?: string | undefined;
  /** The columns of a text; several are joined by marks of fields. Default: found by plain names, such as `text`. */
  readonly textColumns?: readonly string[] | undefined;
  /** The column of its label, or of its labels. Default: found by plain names, such as `label`. */
  readonly labelColumn?: string | undefined;
  /** What separates several labels in one field, such as `|`: a text then has any number of them. JSONL may have lists. */
  readonly labelDelimiter?: string | undefined;
  /**
   * What an empty field of several labels says: that the text has none of the classes, or that nobody has labelled it. (A list without
   * labels always says the first, null always the second.) Default `none`.
   */
  readonly emptyLabels?: 'none' | 'unlabelled' | undefined;
  /** The column of `data` that says which set a row is for: `train`, `valid`, `test` or `unlabelled`. Default: all train. */
  readonly splitColumn?: string | undefined;
}

/** The files of a task, ready to be read. */
export interface Sources {
  readonly sources: readonly RowSource[];
  readonly multiLabel: boolean;
  readonly textColumns: readonly string[];
  readonly labelColumn: string | undefined;
  readonly guessed: readonly string[];
  readonly settings: Readonly<Record<string, TaskSetting>>;
}

/** How many records are looked at to find the columns: objects of JSONL needn't have all. */
const LOOK_AHEAD = 100;

/** Finds out what each path holds, and which columns are read. @throws UlmfitError as `fileTask` does */
export async function openSources(given: SourceOptions): Promise<Sources> {
  const { options, guessed } = await withSplitFiles(given);
  const { data, valid, test, unlabelled, labelDelimiter } = options;
  if (labelDelimiter === '')
    throw new UlmfitError('BAD_OPTION', 'labelDelimiter: is empty; give one such as |');
  const main = await look(data, 'train', options);
  const columns = main.kind === 'file' ? mainColumns(main, options) : NO_COLUMNS;
  const sources = [sourceOf(main, columns, options)];
  for (const [set, path] of [
    ['valid', valid],
    ['test', test],
    ['unlabelled', unlabelled],
  ] as const) {
    if (path === undefined) continue;
    const found = await look(path, set, options);
    const own = found.kind === 'file' ? otherColumns(found, columns, options) : NO_COLUMNS;
    sources.push(sourceOf(found, own, options));
  }
  const { format, delimiter, header, quotes } = options;
  const settings = {
    ...{ data, valid, test, unlabelled, format, delimiter, header, quotes },
    textColumns: columns.text.length === 0 ? undefined : columns.text,
    labelColumn: columns.label,
    labelDelimiter,
    emptyLabels: columns.multiLabel ? (options.emptyLabels ?? 'none') : undefined,
    splitColumn: columns.split,
  };
  return {
    sources,
    multiLabel: columns.multiLabel,
    textColumns: columns.text,
    labelColumn: columns.label,
    guessed: [...guessed, ...columns.guessed],
    settings: Object.fromEntries(
      Object.entries(settings).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
  };
}

/** Where the training texts are a folder of files such as `train.csv` and `test.csv`, these files. */
async function withSplitFiles(
  options: SourceOptions,
): Promise<{ options: SourceOptions; guessed: readonly string[] }> {
  const { kind } = await pathKind(options.data);
  const files = kind === 'folder' ? await splitFiles(options.data) : undefined;
  if (files === undefined) return { options, guessed: [] };
  const { valid = files.get('valid'), test = files.get('test') } = options;
  const { unlabelled = files.get('unlabelled') } = options;
  const guessed = [...files]
    .filter(([set]) => set === 'train' || options[set] === undefined)
    .map(([set, file]) => `${set}: ${showName(basename(file))} (guessed)`);
  return {
    options: { ...options, data: files.get('train') ?? options.data, valid, test, unlabelled },
    guessed,
  };
}

interface Look {
  readonly path: string;
  readonly set: TextSet;
  readonly size: number;
  readonly mtimeMs: number;
}

interface FolderLook extends Look {
  readonly kind: 'folder';
  readonly folders: readonly TextFolder[];
}

interface FileLook extends Look {
  readonly kind: 'file';
  readonly read: Pick<ReadRecordsOptions, 'format' | 'delimiter' | 'header' | 'quotes'>;
  /** The first records. */
  readonly head: readonly TextRecord[];
  /** Those of the first records. */
  readonly columns: readonly string[];
}

async function look(path: string, set: TextSet, options: SourceOptions): Promise<FolderLook | FileLook> {
  const { kind, size, mtimeMs } = await pathKind(path);
  if (kind === 'folder') return { kind, path, set, size, mtimeMs, folders: await textFolders(path, set) };
  // Texts without labels often come in another form than those with.
  const read = set === 'unlabelled' ? {} : options;
  const head: TextRecord[] = [];
  for await (const record of readRecords(path, pickReading(read))) {
    if (head.push(record) === LOOK_AHEAD) break;
  }
  if (head.length === 0) {
    throw new UlmfitError('NO_ROWS', `${showName(path)}: holds no texts; give a file that does`);
  }
  const columns = [...new Set(head.flatMap(({ fields, json }) => Object.keys(json ?? fields)))];
  return { kind, path, set, size, mtimeMs, read: pickReading(read), head, columns };
}

const pickReading = ({ format, delimiter, header, quotes }: Partial<SourceOptions>) => ({
  format,
  delimiter,
  header,
  quotes,
});

interface TaskColumns extends GuessedColumns {
  readonly split: string | undefined;
  readonly multiLabel: boolean;
}

const NO_COLUMNS: TaskColumns = {
  text: [],
  label: undefined,
  split: undefined,
  multiLabel: false,
  guessed: [],
};

/** The columns of the training file. */
function mainColumns(file: FileLook, options: SourceOptions): TaskColumns {
  const name = showName(file.path);
  requireLabels(file);
  const { splitColumn } = options;
  if (splitColumn !== undefined) requireColumn(name, file.columns, splitColumn);
  const split = splitColumn ?? guessSplit(file, options);
  const several = options.labelDelimiter !== undefined;
  const given = { text: options.textColumns, label: options.labelColumn, several };
  const left = file.columns.filter((column) => column !== split);
  const found = guessLongerColumn(file, options) ?? guessColumns(name, left, given);
  const lists = file.head.some(({ json }) => Array.isArray(json?.[found.label ?? '']));
  return {
    ...found,
    split,
    multiLabel: lists || options.labelDelimiter !== undefined,
    guessed: [
      ...found.guessed,
      ...(split !== splitColumn ? [`split column: ${split} (guessed)`] : []),
      ...(lists ? [`several labels a text, since they are lists (guessed)`] : []),
    ],
  };
}

/** Of two columns without names, the one that holds more is that of the texts. */
function guessLongerColumn({ columns, head }: FileLook, options: SourceOptions): GuessedColumns | undefined {
  const [first, second] = columns;
  const named = options.textColumns !== undefined || options.labelColumn !== undefined;
  if (
    options.header !== false ||
    named ||
    first === undefined ||
    second === undefined ||
    columns.length > 2
  ) {
    return undefined;
  }
  const length = (column: string) => head.reduce((sum, { fields }) => sum + (fields[column]?.length ?? 0), 0);
  const [text, label] = length(first) > length(second) ? [first, second] : [second, first];
  return {
    text: [text],
    label,
    guessed: [`text column: ${text} (guessed)`, `label column: ${label} (guessed)`],
  };
}

function guessSplit({ columns, head }: FileLook, { valid, test }: SourceOptions): string | undefined {
  if (valid !== undefined || test !== undefined) return undefined;
  const column = columns.find((each) => each.toLowerCase() === 'split');
  const says =
    column !== undefined && head.every(({ fields }) => splitName(fields[column] ?? '') !== undefined);
  return says ? column : undefined;
}

/** The columns of a file beside the training texts: the same, but that texts without labels may stand in others. */
function otherColumns(file: FileLook, main: TaskColumns, options: SourceOptions): TaskColumns {
  const name = showName(file.path);
  const { set, columns } = file;
  const has = main.text.length > 0 && main.text.every((column) => columns.includes(column));
  if (set !== 'unlabelled') {
    requireLabels(file);
    const text = main.text.length > 0 ? main.text : options.textColumns;
    const label = main.label ?? options.labelColumn;
    return { ...main, ...guessColumns(name, columns, { text, label }), split: undefined };
  }
  const given = isPlain(file) ? ['text'] : has ? main.text : options.textColumns;
  return { ...main, ...guessColumns(name, columns, { text: given, label: null }), split: undefined };
}

/** Whether a file is only a text per line. */
const isPlain = ({ columns, head }: FileLook): boolean =>
  columns.length === 1 && columns[0] === 'text' && head[0]?.json === undefined;

function requireLabels(file: FileLook): void {
  if (!isPlain(file)) return;
  throw new UlmfitError(
    'NO_LABELS',
    `${showName(file.path)}: holds texts without labels; give a table with a column of labels, or a folder for each class`,
  );
}

function sourceOf(found: FolderLook | FileLook, columns: TaskColumns, options: SourceOptions): RowSource {
  const { path, size, mtimeMs } = found;
  if (found.kind === 'folder') {
    return { path, size, mtimeMs, rows: (read) => folderRows(found.folders, read) };
  }
  const rows: FileRowsOptions = {
    ...found.read,
    set: found.set,
    splitColumn: columns.split,
    textColumns: columns.text,
    labelColumn: columns.label,
    multiLabel: columns.multiLabel,
    labelDelimiter: options.labelDelimiter,
    emptyLabels: options.emptyLabels ?? 'none',
  };
  return { path, size, mtimeMs, rows: (read) => fileRows(path, rows, read) };
}
