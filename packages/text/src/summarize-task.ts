import { sha256 } from '@noble/hashes/sha2.js';
import { isSpace } from './python-text.js';
import { repeatedTexts, TEXT_SETS, type RepeatedTexts, type TextSet } from './repeated-texts.js';
import type { ClassificationTask, LabelledText, ReadTaskOptions } from './task.js';

/** How long texts are; all 0 where there is none. */
export interface LengthSummary {
  readonly mean: number;
  readonly minimum: number;
  /** A quarter of the texts are no longer than this. */
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  readonly p95: number;
  readonly p99: number;
  readonly maximum: number;
}

/** What the texts of a set are like. */
export interface TextSetSummary {
  readonly texts: number;
  /** Those without a word. */
  readonly empty: number;
  /** Those with none of the classes, which only a task of several labels a text has. */
  readonly withoutClass: number;
  /** In UTF-16 code units. */
  readonly characters: LengthSummary;
  /** What stands between white space: no measure where a script writes none, as Chinese and Japanese do. */
  readonly words: LengthSummary;
}

/** The number of texts of a class in each set. */
export interface ClassSummary {
  readonly name: string;
  readonly train: number;
  readonly valid: number;
  readonly test: number;
}

/** What a task's texts and labels are like. */
export interface TaskSummary {
  readonly name: string;
  readonly multiLabel: boolean;
  readonly sets: Readonly<Record<TextSet, TextSetSummary>>;
  /** In the task's order. */
  readonly classes: readonly ClassSummary[];
  /** The texts that are there more than once. */
  readonly repeated: RepeatedTexts;
}

export interface SummarizeTaskOptions extends ReadTaskOptions {
  /** Called every thousand texts, with the number of those read so far. */
  readonly onProgress?: ((texts: number) => void) | undefined;
}

const PROGRESS_EVERY = 1000;

/**
 * Looks at all of a task's texts: how many there are, how long they are and of which classes, and which are empty, repeated or
 * labelled in two ways. Each set is read once, by stream; some 50 bytes a text are kept.
 * @throws UlmfitError as reading the task does
 * @example
 * const { sets, classes, repeated } = await summarizeTask(task);
 * console.log(sets.train.words.median, classes, repeated.across);
 */
export async function summarizeTask(
  task: ClassificationTask,
  { signal, onProgress }: SummarizeTaskOptions = {},
): Promise<TaskSummary> {
  const classes = task.classes.map((name) => ({ name, train: 0, valid: 0, test: 0 }));
  const labelIds = new Map<string, number>();
  let read = 0;
  const readSet = async (set: TextSet, texts: AsyncIterable<LabelledText>): Promise<SetReading> => {
    const found: SetReading = { characters: [], words: [], keys: [], labels: [], empty: 0, withoutClass: 0 };
    for await (const { text, labels } of texts) {
      const words = countWords(text);
      found.characters.push(text.length);
      found.words.push(words);
      found.keys.push(keyOf(text));
      if (words === 0) found.empty++;
      if (set !== 'unlabelled') {
        if (labels.length === 0) found.withoutClass++;
        for (const label of labels) {
          const own = classes[label];
          if (own) own[set]++;
        }
      }
      found.labels.push(set === 'unlabelled' ? -1 : idOf(labelIds, labels.join(',')));
      if (++read % PROGRESS_EVERY === 0) onProgress?.(read);
    }
    return found;
  };
  const train = await readSet('train', task.labelled('train', { signal }));
  const valid = await readSet('valid', task.labelled('valid', { signal }));
  const test = await readSet('test', task.labelled('test', { signal }));
  let unlabelled = await readSet(
    'unlabelled',
    withoutLabels(task.languageModelTexts('unlabelled', { signal })),
  );
  // A task without such texts gives those of training in their place.
  const isTrain =
    unlabelled.keys.length === train.keys.length && unlabelled.keys.every((key, i) => key === train.keys[i]);
  if (isTrain) unlabelled = { characters: [], words: [], keys: [], labels: [], empty: 0, withoutClass: 0 };
  onProgress?.(read);

  const readings = { train, valid, test, unlabelled };
  const all = TEXT_SETS.map((set) => readings[set]);
  return {
    name: task.name,
    multiLabel: task.multiLabel,
    sets: {
      train: summarizeSet(train),
      valid: summarizeSet(valid),
      test: summarizeSet(test),
      unlabelled: summarizeSet(unlabelled),
    },
    classes,
    repeated: repeatedTexts({
      keys: Float64Array.from(all.flatMap(({ keys }) => keys)),
      sets: Uint8Array.from(all.flatMap(({ keys }, code) => keys.map(() => code))),
      labels: Int32Array.from(all.flatMap(({ labels }) => labels)),
    }),
  };
}

/** What is kept of the texts of a set, a number each. */
interface SetReading {
  readonly characters: number[];
  readonly words: number[];
  readonly keys: number[];
  readonly labels: number[];
  empty: number;
  withoutClass: number;
}

async function* withoutLabels(texts: AsyncIterable<string>): AsyncGenerator<LabelledText, void> {
  for await (const text of texts) yield { text, labels: [] };
}

function summarizeSet({ characters, words, empty, withoutClass }: SetReading): TextSetSummary {
  return {
    texts: characters.length,
    empty,
    withoutClass,
    characters: summarizeLengths(characters),
    words: summarizeLengths(words),
  };
}

function summarizeLengths(lengths: readonly number[]): LengthSummary {
  const sorted = Float64Array.from(lengths).sort();
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

/** `len(text.split())` of Python. */
function countWords(text: string): number {
  let words = 0;
  let inWord = false;
  for (let i = 0; i < text.length; i++) {
    const space = isSpace(text.charCodeAt(i));
    if (!space && !inWord) words++;
    inWord = !space;
  }
  return words;
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
