import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { brief, UlmfitError } from '@ulmfit/errors';
import { requireClasses, unknownLabels } from './require-classes.js';
import { sortClasses } from './sort-classes.js';
import { stratifiedSplit } from './stratified-split.js';
import type { ClassificationTask, LabelledText, ReadTaskOptions } from './task.js';
import type { TaskSplit } from './text-set.js';

/** A text of one class. */
export interface LabelledRow {
  readonly text: string;
  readonly label: string;
}

/** A text of any number of classes, none included. */
export interface MultiLabelRow {
  readonly text: string;
  readonly labels: readonly string[];
}

/** Rows of one kind, by set, and what is made of them. */
export interface RowsTaskSets<Row> {
  /** What messages and reports call it. Default `rows`. */
  readonly name?: string | undefined;
  readonly train: Iterable<Row>;
  /** What guides training. Default: a share of `train`. */
  readonly valid?: Iterable<Row> | undefined;
  /** What is scored at the end. */
  readonly test?: Iterable<Row> | undefined;
  /** Texts without a label, for the language model. */
  readonly unlabelled?: Iterable<string> | undefined;
  /** The classes in the order of the model's outputs. Default: those of `train`, sorted (numbers as numbers). */
  readonly classes?: readonly string[] | undefined;
  /**
   * The share of `train` that is held out, by class, where there is no `valid`; from 0 to below 1. Texts that are there twice stay
   * together. Default 0.1.
   */
  readonly validShare?: number | undefined;
  /** The seed of that draw, an integer from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number | undefined;
}

/** Rows of one kind: with `label`, or with `labels`. */
export type RowsTaskOptions = RowsTaskSets<LabelledRow> | RowsTaskSets<MultiLabelRow>;

/** The sets as they are kept: what is done to the caller's arrays later changes nothing. */
interface Rows {
  texts: string[];
  labels: (readonly number[])[];
}

/** A share of the training rows that is held out where there are none for validation. */
const VALID_SHARE = 0.1;

/**
 * A task of rows in memory. Rows with `label` make a task with exactly one class per text, rows with `labels` one with any
 * number.
 *
 * Each iterable is read once, and what it gives is kept. The fingerprint is a hash of all sets, in their order.
 *
 * @throws UlmfitError `BAD_ROW` and `BAD_LABEL`, with the set and the row's index; `NO_ROWS`, `ONE_CLASS`,
 * `TOO_MANY_CLASSES`; `UNKNOWN_LABEL` for a label outside of `classes`, or that training lacks; `BAD_SPLIT`, `BAD_SEED`.
 * @example
 * const task = rowsTask({
 *   train: [
 *     { text: 'The invoice is wrong.', label: 'billing' },
 *     { text: 'I cannot log in.', label: 'account' },
 *   ],
 *   unlabelled: ['Where is my parcel?'],
 * });
 */
export function rowsTask(options: RowsTaskOptions): ClassificationTask {
  const { name = 'rows', validShare = VALID_SHARE, seed = 0 } = options;
  const first = readRows(options.train, 'train', undefined);
  const multiLabel = first.kind === 'labels';
  const given = options.classes && [...options.classes];
  const classes = given ?? sortClasses(first.names.flat());
  const labelled = first.names.filter((names) => names.length > 0).length;
  requireClasses(classes, labelled, { source: name, multiLabel });
  const index = new Map(classes.map((each, i) => [each, i]));
  if (index.size < classes.length) {
    const twice = classes.find((each, i) => index.get(each) !== i);
    throw new UlmfitError('BAD_OPTION', `classes: ${brief(twice)} is listed twice; leave one out`);
  }

  const encode = (rows: NamedRows, where: string): Rows => {
    const unknown = new Set(rows.names.flat().filter((each) => !index.has(each)));
    if (unknown.size > 0) throw unknownLabels(where, unknown, given);
    const indices = (names: readonly string[]) =>
      [...new Set(names.map((each) => index.get(each) ?? 0))].sort((a, b) => a - b);
    return { texts: rows.texts, labels: rows.names.map(indices) };
  };
  const all = encode(first, 'train');
  const other = (set: 'valid' | 'test') => encode(readRows(options[set] ?? [], set, first.kind), set);
  const test = other('test');
  const heldOut = options.valid
    ? undefined
    : stratifiedSplit(all.labels, { share: validShare, seed, groups: firstOfSameText(all.texts) });
  const sets: Record<TaskSplit, Rows> = {
    train: heldOut ? pick(all, heldOut, 0) : all,
    valid: heldOut ? pick(all, heldOut, 1) : other('valid'),
    test,
  };
  const unlabelled = Array.from(options.unlabelled ?? [], (text, i) => requireText(text, `unlabelled[${i}]`));

  return {
    name,
    classes,
    multiLabel,
    settings: { kind: 'rows', name, ...(heldOut && { validShare, seed }) },
    fingerprint: fingerprintOf({ classes, multiLabel, sets, unlabelled }),
    counts: { train: sets.train.texts.length, valid: sets.valid.texts.length, test: sets.test.texts.length },
    labelled: (split, read) => labelledTexts(sets[split], read),
    languageModelTexts(from, read) {
      const ofTrain = from === 'train-and-unlabelled' || unlabelled.length === 0;
      return texts([ofTrain ? sets.train.texts : [], unlabelled], read);
    },
  };
}

async function* labelledTexts(
  { texts, labels }: Rows,
  { signal }: ReadTaskOptions = {},
): AsyncGenerator<LabelledText, void> {
  for (const [i, text] of texts.entries()) {
    signal?.throwIfAborted();
    yield { text, labels: labels[i] ?? [] };
  }
}

async function* texts(
  sets: readonly (readonly string[])[],
  { signal }: ReadTaskOptions = {},
): AsyncGenerator<string, void> {
  for (const text of sets.flat()) {
    signal?.throwIfAborted();
    yield text;
  }
}

interface NamedRows {
  kind: 'label' | 'labels';
  texts: string[];
  names: (readonly string[])[];
}

/** Plain JavaScript comes without types, and rows often come from JSON: what they hold is checked. */
function readRows(
  rows: Iterable<LabelledRow | MultiLabelRow>,
  set: TaskSplit,
  kind: NamedRows['kind'] | undefined,
): NamedRows {
  const texts: string[] = [];
  const names: (readonly string[])[] = [];
  let i = 0;
  for (const row of rows) {
    const where = `${set}[${i++}]`;
    const given: unknown = row;
    if (typeof given !== 'object' || given === null) {
      throw new UlmfitError('BAD_ROW', `${where}: ${brief(given)} is not a row; give { text, label }`);
    }
    texts.push(requireText(row.text, `${where}.text`));
    const own = 'labels' in row ? 'labels' : 'label';
    kind ??= own;
    if (own !== kind) {
      throw new UlmfitError(
        'BAD_ROW',
        `${where}: has ${own} and the rows before it ${kind}; give all rows the same`,
      );
    }
    const labels: unknown = 'labels' in row ? row.labels : [row.label];
    if (!Array.isArray(labels)) {
      throw new UlmfitError('BAD_ROW', `${where}.labels: ${brief(labels)} is not a list of texts`);
    }
    names.push(labels.map((label: unknown) => requireLabel(label, `${where}.${own}`)));
  }
  return { kind: kind ?? 'label', texts, names };
}

function requireText(text: unknown, where: string): string {
  if (typeof text === 'string') return text;
  throw new UlmfitError('BAD_ROW', `${where}: ${brief(text)} is not a text`);
}

function requireLabel(label: unknown, where: string): string {
  if (typeof label !== 'string') {
    throw new UlmfitError('BAD_ROW', `${where}: ${brief(label)} is not a text; write numbers as texts`);
  }
  if (label.trim() === '') {
    throw new UlmfitError(
      'BAD_LABEL',
      `${where}: the label is ${label === '' ? 'empty' : 'white space'}; name it, or move the text to unlabelled`,
    );
  }
  return label;
}

function firstOfSameText(texts: readonly string[]): Uint32Array {
  const first = new Map<string, number>();
  return Uint32Array.from(texts, (text, i) => {
    const row = first.get(text) ?? i;
    first.set(text, row);
    return row;
  });
}

function pick({ texts, labels }: Rows, heldOut: Uint8Array, value: number): Rows {
  return {
    texts: texts.filter((_, i) => heldOut[i] === value),
    labels: labels.filter((_, i) => heldOut[i] === value),
  };
}

/** SHA-256 over lines of JSON, which tells any two tasks apart, lone surrogates included. */
function fingerprintOf(task: {
  classes: readonly string[];
  multiLabel: boolean;
  sets: Readonly<Record<TaskSplit, Rows>>;
  unlabelled: readonly string[];
}): string {
  const hash = sha256.create();
  const encoder = new TextEncoder();
  const line = (value: unknown) => hash.update(encoder.encode(`${JSON.stringify(value)}\n`));
  line([task.classes, task.multiLabel]);
  for (const set of ['train', 'valid', 'test'] as const) {
    const { texts, labels } = task.sets[set];
    line(set);
    for (const [i, text] of texts.entries()) line([text, labels[i]]);
  }
  line('unlabelled');
  for (const text of task.unlabelled) line(text);
  return bytesToHex(hash.digest());
}
