import { sha256 } from '@noble/hashes/sha2.js';
import { countWords } from './count-words.js';
import { repeatedTexts, type RepeatedTextsInput } from './repeated-texts.js';
import type { ClassificationTask, LabelledText, ReadTaskOptions } from './task.js';
import type { LengthSummary, TaskSummary, TextSetSummary } from './task-summary.js';
import { TEXT_SETS, type TextSet } from './text-set.js';

export interface SummarizeTaskOptions extends ReadTaskOptions {
  /** Called every thousand texts, with the number of those read so far. */
  readonly onProgress?: ((texts: number) => void) | undefined;
}

const PROGRESS_EVERY = 1000;

/**
 * Describes a task's texts: how many, how long, of which classes, and which are empty, repeated or labelled in two ways.
 * Each set is read once as a stream, keeping some 30 bytes per text, unless the task knows already.
 * @throws UlmfitError as reading the task does
 * @example
 * const { sets, classes, repeated } = await summarizeTask(task);
 * console.log(sets.train.words.median, classes, repeated.across);
 */
export async function summarizeTask(
  task: ClassificationTask,
  options: SummarizeTaskOptions = {},
): Promise<TaskSummary> {
  return (await task.summary?.(options)) ?? summarizeSets(task, setsOf(task, options), options);
}

/**
 * What the texts of a task are like.
 * @param texts All of them, in any order, each with the set that it stands in.
 * @example
 * const { sets } = await summarizeSets(task, [{ set: 'train', text: 'The invoice is wrong.', labels: [0] }]);
 * sets.train.words.maximum; // 4
 */
export async function summarizeSets(
  task: Pick<ClassificationTask, 'name' | 'classes' | 'multiLabel'>,
  texts: AsyncIterable<TextOfSet> | Iterable<TextOfSet>,
  { onProgress }: SummarizeTaskOptions = {},
): Promise<TaskSummary> {
  const codes: number[] = [];
  const keys: number[] = [];
  const labelSets: (readonly number[])[] = [];
  const labelIds = new Map<string, number>();
  const ids: number[] = [];
  const characters: number[] = [];
  const words: number[] = [];
  for await (const { set, text, labels } of texts) {
    codes.push(TEXT_SETS.indexOf(set));
    keys.push(keyOf(text));
    characters.push(text.length);
    words.push(countWords(text));
    if (set === 'unlabelled') ids.push(-1);
    else {
      const id = idOf(labelIds, labels.join(','));
      labelSets[id] ??= labels;
      ids.push(id);
    }
    if (codes.length % PROGRESS_EVERY === 0) onProgress?.(codes.length);
  }
  onProgress?.(codes.length);
  const at = (array: readonly number[], set: TextSet) =>
    array.filter((_, row) => codes[row] === TEXT_SETS.indexOf(set));
  // A task without unlabelled texts gives those of training instead.
  const isTrain = isSameBag(at(keys, 'unlabelled'), at(keys, 'train'));
  const sets = Uint8Array.from(codes);
  if (isTrain) for (const [row, id] of ids.entries()) if (id < 0) sets[row] = TEXT_SETS.length;
  return summarizeRows(task, {
    keys: Float64Array.from(keys),
    sets,
    labels: Int32Array.from(ids),
    labelSets,
    characters: Int32Array.from(characters),
    words: Int32Array.from(words),
  });
}

function isSameBag(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  const [ours, others] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
  return ours.every((key, i) => key === others[i]);
}

/** A text, where it stands, and its classes by their indices; none where it is unlabelled. */
export interface TextOfSet extends LabelledText {
  readonly set: TextSet;
}

/** Every text of a task, a number each for all that is asked of it. */
export interface SummaryRows extends RepeatedTextsInput {
  /** The classes that a number of `labels` stands for. */
  readonly labelSets: readonly (readonly number[])[];
  /** UTF-16 code units. */
  readonly characters: Int32Array;
  /** As {@link countWords} counts them. */
  readonly words: Int32Array;
}

/**
 * What the texts of a task are like, by what was kept of each.
 * @example
 * const { sets } = summarizeRows(task, {
 *   keys: new Float64Array([7, 8]), // a hash of each text
 *   sets: new Uint8Array([0, 0]), // all of `train`
 *   labels: new Int32Array([0, 1]),
 *   labelSets: [[0], [1]],
 *   characters: new Int32Array([18, 24]),
 *   words: new Int32Array([4, 5]),
 * });
 * sets.train.words.maximum; // 5
 */
export function summarizeRows(
  { name, classes, multiLabel }: Pick<ClassificationTask, 'name' | 'classes' | 'multiLabel'>,
  rows: SummaryRows,
): TaskSummary {
  const counts = classes.map((each) => ({ name: each, train: 0, valid: 0, test: 0 }));
  const summarizeSet = (set: TextSet): TextSetSummary => {
    const code = TEXT_SETS.indexOf(set);
    const own = Uint32Array.from(rows.sets.keys()).filter((row) => rows.sets[row] === code);
    const labelsOf = (row: number) => rows.labelSets[rows.labels[row] ?? -1] ?? [];
    if (set !== 'unlabelled') {
      for (const row of own) {
        for (const label of labelsOf(row)) {
          const each = counts[label];
          if (each) each[set]++;
        }
      }
    }
    const words = Float64Array.from(own, (row) => rows.words[row] ?? 0);
    return {
      texts: own.length,
      empty: words.reduce((sum, count) => sum + Number(count === 0), 0),
      withoutClass:
        set === 'unlabelled' ? 0 : own.reduce((sum, row) => sum + Number(labelsOf(row).length === 0), 0),
      characters: summarizeLengths(Float64Array.from(own, (row) => rows.characters[row] ?? 0)),
      words: summarizeLengths(words),
    };
  };
  return {
    name,
    multiLabel,
    sets: {
      train: summarizeSet('train'),
      valid: summarizeSet('valid'),
      test: summarizeSet('test'),
      unlabelled: summarizeSet('unlabelled'),
    },
    classes: counts,
    repeated: repeatedTexts(rows),
  };
}

/** The texts of a task, set by set. */
async function* setsOf(
  task: ClassificationTask,
  { signal }: SummarizeTaskOptions,
): AsyncGenerator<TextOfSet, void> {
  for (const set of ['train', 'valid', 'test'] as const) {
    for await (const { text, labels } of task.labelled(set, { signal })) yield { set, text, labels };
  }
  for await (const text of task.languageModelTexts('unlabelled', { signal })) {
    yield { set: 'unlabelled', text, labels: [] };
  }
}

function summarizeLengths(lengths: Float64Array): LengthSummary {
  const sorted = lengths.sort();
  // The smallest length that so many percent don't exceed.
  const percentile = (percent: number) =>
    sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
  const sum = sorted.reduce((total, length) => total + length, 0);
  return {
    mean: sum / Math.max(1, sorted.length),
    minimum: sorted[0] ?? 0,
    p25: percentile(25),
    median: percentile(50),
    p75: percentile(75),
    p95: percentile(95),
    p99: percentile(99),
    maximum: sorted.at(-1) ?? 0,
  };
}

/** 52 bits of a text's hash: among a million texts, two differing ones share it with a chance of one in 9,000. */
function keyOf(text: string): number {
  const view = new DataView(sha256(new TextEncoder().encode(text)).buffer);
  return view.getUint32(0) * 0x100000 + (view.getUint32(4) >>> 12);
}

function idOf(ids: Map<string, number>, key: string): number {
  const id = ids.get(key) ?? ids.size;
  ids.set(key, id);
  return id;
}
