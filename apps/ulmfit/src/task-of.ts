import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { corpusText, fileTask, type FileTask } from '@ulmfit/data-files';
import { imdbTask, sampleText } from '@ulmfit/data-imdb';
import { UlmfitError } from '@ulmfit/errors';
import type { ClassificationTask, TextSource } from '@ulmfit/text';
import { options, readingFlags, type Flags } from './flags.js';
import { readingOf } from './reading-of.js';

/** The flags that are of the IMDb reviews alone, and those for the user's own files. */
const imdbFlags = ['trainReviews', 'lmReviews', 'testReviews'] as const;
const fileFlags = [
  ...['valid', 'test', 'unlabelled', 'labelColumn', 'labelDelimiter', 'emptyLabels'],
  ...['splitColumn', 'testShare', 'rowsPerClass'],
  ...readingFlags,
] as const;

/** The flags that say what there is to learn. */
export type DataFlags = Pick<Flags, 'data' | 'splitSeed'> & {
  readonly [K in DataFlagName]?: Flags[K] | undefined;
};
type DataFlagName = (typeof imdbFlags)[number] | (typeof fileFlags)[number] | 'validShare';

export interface TaskOfOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told what was guessed and found in files. */
  readonly say?: ((line: string) => void) | undefined;
  /** The classes of files, where a model has them. Default: those of the training texts. */
  readonly classes?: readonly string[] | undefined;
}

/**
 * What the flags name: the IMDb reviews or their sample, or the user's own files.
 * @throws UlmfitError `BAD_OPTION` for a flag that is of another kind of data, or what is wrong with the data
 */
export async function taskOf(flags: DataFlags, options: TaskOfOptions = {}): Promise<ClassificationTask> {
  const { signal, say } = options;
  const { data, splitSeed, validShare } = flags;
  if (isImdb(data)) {
    refuse(flags, fileFlags, 'is for files of your own, and these are the IMDb reviews');
    const { trainReviews, lmReviews, testReviews } = flags;
    return imdbTask({
      data,
      splitSeed,
      trainReviews,
      lmReviews,
      testReviews,
      validShare: validShare ?? 0.1,
      signal,
    });
  }
  const task = await ownTask(flags, options);
  for (const line of [...task.guessed, ...task.notes]) say?.(`${task.name}: ${line}`);
  return task;
}

/** A task of the user's own files. */
function ownTask(flags: DataFlags, { signal, classes }: TaskOfOptions): Promise<FileTask> {
  refuse(flags, imdbFlags, 'is for the IMDb reviews; for files of your own there is --rows-per-class');
  const { data, valid, test, unlabelled, labelColumn, labelDelimiter, emptyLabels, splitColumn } = flags;
  const { validShare, testShare, rowsPerClass, splitSeed: seed } = flags;
  return fileTask({
    ...{ data, valid, test, unlabelled, labelColumn, labelDelimiter, emptyLabels, splitColumn },
    ...readingOf(flags),
    ...{ classes, validShare, testShare, rowsPerClass, seed, signal },
  });
}

/**
 * Makes sure that no flag is given that a task from elsewhere would not read.
 * @param source where the task is from
 * @throws UlmfitError `BAD_OPTION`
 */
export function refuseBesideTask(flags: Partial<DataFlags>, source: string): void {
  refuse(flags, [...imdbFlags, ...fileFlags, 'validShare'], `has no effect with the task of ${source}`);
}

function refuse(flags: Partial<DataFlags>, names: readonly DataFlagName[], why: string): void {
  // Flags that begin with `--no-` are true unless given.
  const name = names.find((name) => flags[name] !== undefined && flags[name] !== true);
  if (name === undefined) return;
  const flag = options[name].long;
  throw new UlmfitError('BAD_OPTION', `${flag} ${why}; leave it out`);
}

/** Whether a path is of the IMDb reviews: the archive, or a folder that is laid out like it. */
export function isImdb(data: string): boolean {
  if (data === 'sample' || data === 'imdb' || /\.(tar\.gz|tgz)$/i.test(data)) return true;
  const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();
  return ['', 'aclImdb'].some((below) =>
    ['train/pos', 'train/unsup', 'test/pos'].some((set) => isFolder(join(data, below, set))),
  );
}

/** The general text to pretrain on: that of the flags, or for the sample and where there is no task the embedded one. */
export function corpusOf({
  corpus,
  corpusWords: words,
  task,
  isWanted,
}: Partial<Pick<Flags, 'corpus' | 'corpusWords'>> & {
  readonly task: ClassificationTask | undefined;
  /** Whether there is pretraining at all. */
  readonly isWanted: boolean;
}): TextSource | undefined {
  if (!isWanted) return undefined;
  if (corpus !== undefined) return corpusText(corpus, { words });
  const { kind, data } = task?.settings ?? {};
  if (!task || (kind === 'imdb' && data === 'sample')) return sampleText({ words });
  if (words === undefined) return undefined;
  throw new UlmfitError('BAD_OPTION', '--corpus-words has no effect without --corpus; add it');
}
