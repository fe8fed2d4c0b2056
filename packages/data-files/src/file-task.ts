import { createHash, hash } from 'node:crypto';
import { basename } from 'node:path';
import { requireBelowOne, requireInteger, showName, UlmfitError } from '@ulmfit/errors';
import {
  countWords,
  firstOfEqual,
  MAXIMUM_CLASSES,
  repeatedTexts,
  requireClasses,
  sortClasses,
  stratifiedSplit,
  summarizeRows,
  TEXT_SETS,
  tooManyClasses,
  unknownLabels,
  type ClassificationTask,
  type LabelledText,
  type ReadTaskOptions,
  type RepeatedTexts,
  type SummaryRows,
  type TaskSplit,
  type TaskSummary,
  type TextSet,
} from '@ulmfit/text';
import type { DataRow, RowSource } from './data-row.js';
import { GrowingArray } from './growing-array.js';
import { pathKind } from './path-kind.js';
import { openSources, type SourceOptions } from './row-sources.js';

export interface FileTaskOptions extends SourceOptions {
  /** What messages and reports call it. Default: the name of `data`. */
  readonly name?: string | undefined;
  /** The classes, in the order of the model's outputs, such as those of a model to be judged. Default: those of the training texts. */
  readonly classes?: readonly string[] | undefined;
  /**
   * The share of the training texts that is held out, by class, where there are none for validation; from 0 to below 1. Texts that
   * are there twice stay together. Default 0.1.
   */
  readonly validShare?: number | undefined;
  /** The share of the training texts that is set aside to test with, before any are held out; likewise by class. Default 0. */
  readonly testShare?: number | undefined;
  /** The seed of these draws, an integer from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number | undefined;
  /**
   * Trains the classifier on the first so many texts of each class alone; the language model may read the others, without their
   * labels. A text of several labels counts for each, and stays where one of them needs it.
   */
  readonly rowsPerClass?: number | undefined;
  /** Stops the first reading; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called every thousand texts of the first reading, and once at its end. */
  readonly onProgress?: ((progress: FileTaskProgress) => void) | undefined;
}

/** How far the first reading has come. */
export interface FileTaskProgress {
  /** Texts read so far. */
  readonly rows: number;
  /** Bytes read so far, as they are on the disk. */
  readonly bytes: number;
  /** The size of all files; those in folders count for nothing. */
  readonly totalBytes: number;
}

/** A task of files, and what was found in them. */
export interface FileTask extends ClassificationTask {
  /** The columns of the texts; none for a folder. */
  readonly textColumns: readonly string[];
  /** The column of the labels; undefined for a folder. */
  readonly labelColumn: string | undefined;
  /** The number of texts without a label, which are for the language model alone. */
  readonly unlabelledCount: number;
  /** What was guessed, a line each, such as `text columns: title, text (guessed)`. */
  readonly guessed: readonly string[];
  /** What was made of some texts, a line each, such as `valid: 3 texts without a label, left out`; `summary` tells the rest. */
  readonly notes: readonly string[];
  /** The texts that are there more than once. */
  readonly repeated: RepeatedTexts;
  summary(): Promise<TaskSummary>;
}

const VALID_SHARE = 0.1;
const PROGRESS_EVERY = 1000;
/** The code in `sets` of a row that no set has: a held-out text without a label. */
const LEFT_OUT = TEXT_SETS.length;

/**
 * A task from files: CSV, TSV or JSONL with a column of texts and one of labels, or a folder for each class; texts without
 * labels may be plain lines too. All may be packed by gzip. Options say which columns are read and how rows are split; the rest
 * is guessed, and listed in `guessed`.
 *
 * The files are read once here, for classes, counts and the fingerprint, and then at each reading of a set: about 29 bytes a text
 * are kept, and no text. A file that changes in between is refused.
 *
 * A text whose label field is empty is unlabelled; in `valid` and `test` it is left out, and `notes` says so.
 *
 * @throws UlmfitError as {@link readRecords} does; `NO_SUCH_COLUMN`, `NO_LABELS`, `NO_ROWS`, `ONE_CLASS`, `TOO_MANY_CLASSES`,
 * `UNKNOWN_LABEL`, `BAD_LABEL`, `UNKNOWN_SPLIT`, `NO_TEXTS`, `DOCUMENT_TOO_LONG`, `BAD_SPLIT`, `BAD_SEED`, `BAD_OPTION`.
 * @example
 * const task = await fileTask({ data: 'tickets.csv', test: 'tickets-test.csv', textColumns: ['title', 'text'] });
 * console.log(task.classes, task.counts, task.guessed);
 */
export async function fileTask(options: FileTaskOptions): Promise<FileTask> {
  const { validShare = VALID_SHARE, testShare = 0, seed = 0, rowsPerClass, signal, onProgress } = options;
  const name = options.name ?? basename(options.data);
  requireBelowOne('validShare', validShare, { code: 'BAD_SPLIT' });
  requireBelowOne('testShare', testShare, { code: 'BAD_SPLIT' });
  if (rowsPerClass !== undefined) requireInteger('rowsPerClass', rowsPerClass);
  const opened = await openSources(options);
  const { sources, multiLabel } = opened;
  const read = await readOnce(sources, { name, signal, onProgress });
  const { sets, labels, lengths } = read;

  const source = showName(options.data);
  const { classes: listed } = options;
  const classes = listed ?? sortClasses(read.names.filter((_, id) => (read.training[id] ?? 0) > 0));
  const ofTrain = rowsOf(sets, 'train');
  // Which classes there are is known where they are listed: a file to be judged may well lack some.
  if (listed === undefined || ofTrain.length === 0) {
    requireClasses(classes, ofTrain.length, { source, multiLabel });
  }
  const index = new Map(classes.map((each, i) => [each, i]));
  const unknown = (has: (id: number) => boolean) =>
    read.names.filter((each, id) => has(id) && !index.has(each));
  const refuse = (where: string, names: readonly string[]) => {
    if (names.length > 0) throw unknownLabels(where, names, listed);
  };
  refuse(
    source,
    unknown((id) => (read.training[id] ?? 0) > 0),
  );
  for (const set of ['valid', 'test'] as const) {
    const where = options[set] === undefined ? `${source} (${set})` : showName(options[set]);
    refuse(
      where,
      unknown((id) => read.seen[set].has(id)),
    );
  }
  const labelSets = read.labelSets.map((ids) =>
    ids.map((id) => index.get(read.names[id] ?? '') ?? 0).sort((a, b) => a - b),
  );
  const labelsOf = (row: number): readonly number[] => labelSets[labels[row] ?? -1] ?? [];

  const has = (set: TextSet) => sets.includes(TEXT_SETS.indexOf(set));
  const holdOut = (set: 'valid' | 'test', share: number) => {
    const from = rowsOf(sets, 'train');
    const groups = firstOfEqual(Float64Array.from(from, (row) => read.keys[row] ?? 0));
    const heldOut = stratifiedSplit(Array.from(from, labelsOf), { share, seed, groups });
    for (const [i, row] of from.entries()) if (heldOut[i]) sets[row] = TEXT_SETS.indexOf(set);
  };
  if (testShare > 0) {
    if (has('test')) {
      throw new UlmfitError(
        'BAD_SPLIT',
        `${source}: there are test texts already, so testShare has no effect; leave one out`,
      );
    }
    holdOut('test', testShare);
  }
  const holdsOut = !has('valid');
  if (holdsOut) holdOut('valid', validShare);
  let without = 0; // training rows that lose their label
  if (rowsPerClass !== undefined) {
    const counts = new Uint32Array(classes.length + 1); // the last for rows without any class
    for (const row of rowsOf(sets, 'train')) {
      const own = labelsOf(row).length === 0 ? [classes.length] : labelsOf(row);
      if (own.every((label) => (counts[label] ?? 0) >= rowsPerClass)) {
        sets[row] = TEXT_SETS.indexOf('unlabelled');
        without++;
      } else for (const label of own) counts[label] = (counts[label] ?? 0) + 1;
    }
  }

  const kept: SummaryRows = {
    ...{ keys: read.keys, sets, labels, labelSets },
    characters: lengths,
    words: read.words,
  };
  const repeated = repeatedTexts(kept);
  const counts = { train: 0, valid: 0, test: 0, unlabelled: 0 };
  for (const code of sets) {
    const set = TEXT_SETS[code];
    if (set !== undefined) counts[set]++;
  }
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([classes, multiLabel, read.digest]))
    .update(sets)
    .digest('hex');

  async function* rows(wanted: readonly TextSet[], { signal: stop }: ReadTaskOptions) {
    const codes = new Set(wanted.map((set) => TEXT_SETS.indexOf(set)));
    let row = 0;
    for (const [i, each] of sources.entries()) {
      const end = read.ends[i] ?? 0;
      if (!sets.subarray(row, end).some((code) => codes.has(code))) {
        row = end;
        continue;
      }
      const changed = () =>
        new UlmfitError('DATA_CHANGED', `${showName(each.path)}: changed while in use; start again`);
      const { size, mtimeMs } = await pathKind(each.path);
      if (size !== each.size || mtimeMs !== each.mtimeMs) throw changed();
      for await (const { text } of each.rows({ signal: stop })) {
        stop?.throwIfAborted();
        if (row >= end || text.length !== lengths[row]) throw changed();
        if (codes.has(sets[row] ?? LEFT_OUT)) yield { text, row };
        row++;
      }
      if (row !== end) throw changed();
    }
  }

  return {
    name,
    classes,
    multiLabel,
    settings: {
      kind: 'files',
      name,
      ...opened.settings,
      ...(listed && { classes: listed }),
      ...((holdsOut || testShare > 0) && { seed }),
      ...(holdsOut && { validShare }),
      ...(testShare > 0 && { testShare }),
      ...(rowsPerClass !== undefined && { rowsPerClass }),
    },
    fingerprint,
    counts: { train: counts.train, valid: counts.valid, test: counts.test },
    async *labelled(split: TaskSplit, readOptions = {}): AsyncGenerator<LabelledText, void> {
      for await (const { text, row } of rows([split], readOptions)) yield { text, labels: labelsOf(row) };
    },
    async *languageModelTexts(from, readOptions = {}): AsyncGenerator<string, void> {
      const wanted: TextSet[] =
        counts.unlabelled === 0
          ? ['train']
          : from === 'unlabelled'
            ? ['unlabelled']
            : ['train', 'unlabelled'];
      for await (const { text } of rows(wanted, readOptions)) yield text;
    },
    textColumns: opened.textColumns,
    labelColumn: opened.labelColumn,
    unlabelledCount: counts.unlabelled,
    guessed: opened.guessed,
    notes: [
      ...read.notes,
      ...(without > 0 ? [`train: ${without} texts beyond ${rowsPerClass} of each class are unlabelled`] : []),
    ],
    repeated,
    summary: async () => summarizeRows({ name, classes, multiLabel }, kept),
  };
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

function rowsOf(sets: Uint8Array, set: TextSet): Uint32Array {
  const code = TEXT_SETS.indexOf(set);
  return Uint32Array.from(sets.keys()).filter((row) => sets[row] === code);
}

/** What the first reading keeps. */
interface FirstReading {
  /** The set of each row, by its index in `TEXT_SETS`, or `LEFT_OUT`. */
  readonly sets: Uint8Array;
  /** The labels of each row, by their place in `labelSets`; -1 for none. */
  readonly labels: Int32Array;
  /** The first 52 bits of each text's hash. */
  readonly keys: Float64Array;
  /** UTF-16 code units. */
  readonly lengths: Int32Array;
  /** What stands between white space. */
  readonly words: Int32Array;
  /** The row after the last of each source. */
  readonly ends: readonly number[];
  /** The labels, in the order in which they come. */
  readonly names: readonly string[];
  /** The number of training rows of each. */
  readonly training: readonly number[];
  /** The labels that held-out sets have. */
  readonly seen: Readonly<Record<'valid' | 'test', ReadonlySet<number>>>;
  readonly labelSets: readonly (readonly number[])[];
  /** A hash of all texts and labels. */
  readonly digest: string;
  readonly notes: readonly string[];
}

async function readOnce(
  sources: readonly RowSource[],
  { name, signal, onProgress }: Pick<FileTaskOptions, 'signal' | 'onProgress'> & { name: string },
): Promise<FirstReading> {
  const sets = new GrowingArray((length) => new Uint8Array(length));
  const labels = new GrowingArray((length) => new Int32Array(length));
  const keys = new GrowingArray((length) => new Float64Array(length));
  const lengths = new GrowingArray((length) => new Int32Array(length));
  const words = new GrowingArray((length) => new Int32Array(length));
  const ids = new Map<string, number>();
  const training: number[] = [];
  const seen = { valid: new Set<number>(), test: new Set<number>() };
  const setIds = new Map<string, number>();
  const labelSets: number[][] = [];
  const total = createHash('sha256');
  const dropped = { train: 0, valid: 0, test: 0, unlabelled: 0 };

  const encode = (row: DataRow): number => {
    if (row.labels === undefined) return -1;
    const own: number[] = [];
    for (const label of row.labels) {
      let id = ids.get(label);
      if (id === undefined) {
        id = ids.size;
        ids.set(label, id);
        training.push(0);
        if (ids.size > MAXIMUM_CLASSES) throw tooManyClasses(name, ids.size, sets.length + 1);
      }
      if (!own.includes(id)) own.push(id);
    }
    own.sort((a, b) => a - b);
    if (row.set === 'train') for (const id of own) training[id] = (training[id] ?? 0) + 1;
    else if (row.set !== 'unlabelled') for (const id of own) seen[row.set].add(id);
    const key = own.join(',');
    let set = setIds.get(key);
    if (set === undefined) {
      set = labelSets.length;
      setIds.set(key, set);
      labelSets.push(own);
    }
    return set;
  };

  let bytesBefore = 0;
  let bytes = 0;
  const totalBytes = sources.reduce((sum, { size }) => sum + size, 0);
  const progress = () => onProgress?.({ rows: sets.length, bytes: bytesBefore + bytes, totalBytes });
  const ends: number[] = [];
  for (const source of sources) {
    bytes = 0;
    for await (const row of source.rows({ signal, onBytes: (count) => (bytes = count) })) {
      signal?.throwIfAborted();
      const label = encode(row);
      let set: TextSet | undefined = row.set;
      if (label < 0 && set !== 'unlabelled') {
        dropped[set]++;
        set = set === 'train' ? 'unlabelled' : undefined;
      }
      if (set === 'unlabelled' && row.text.trim() === '') set = undefined;
      const digest = hash('sha256', row.text, 'buffer');
      total.update(digest).update(JSON.stringify([row.set, row.labels ?? null]));
      sets.push(set === undefined ? LEFT_OUT : TEXT_SETS.indexOf(set));
      labels.push(label);
      keys.push(digest.readUInt32BE(0) * 0x100000 + (digest.readUInt32BE(4) >>> 12));
      lengths.push(row.text.length);
      words.push(countWords(row.text));
      if (sets.length % PROGRESS_EVERY === 0) progress();
    }
    ends.push(sets.length);
    if (source.size > 0) bytes = source.size;
    bytesBefore += bytes;
    bytes = 0;
  }
  progress();
  const notes = [
    ...(dropped.train > 0
      ? [`train: ${counted(dropped.train, 'text')} without a label, for the language model alone`]
      : []),
    ...(['valid', 'test'] as const).flatMap((set) =>
      dropped[set] > 0 ? [`${set}: ${counted(dropped[set], 'text')} without a label, left out`] : [],
    ),
  ];
  return {
    sets: sets.values(),
    labels: labels.values(),
    keys: keys.values(),
    lengths: lengths.values(),
    words: words.values(),
    ends,
    names: [...ids.keys()],
    training,
    seen,
    labelSets,
    digest: total.digest('hex'),
    notes,
  };
}
