import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { corpusText, imdbTask, sampleText } from '@ulmfit/data-imdb';
import { UlmfitError } from '@ulmfit/errors';
import type { ClassificationTask, TextSource } from '@ulmfit/text';
import type { Flags } from './flags.js';

/** The flags that say what there is to learn. */
export type DataFlags = Pick<Flags, 'data' | 'splitSeed'> & {
  readonly [K in 'labels' | 'lmReviews' | 'testReviews' | 'validShare']?: Flags[K] | undefined;
};

/** What the flags name: the IMDb reviews or their sample, or files of one's own. */
export async function taskOf(flags: DataFlags, signal?: AbortSignal): Promise<ClassificationTask> {
  const { data, splitSeed, labels, lmReviews, testReviews, validShare = 0.1 } = flags;
  return imdbTask({ data, splitSeed, labels, lmReviews, testReviews, validShare, signal });
}

/** Whether a path is of the IMDb reviews: the archive, or a folder that is laid out like it. */
export function isImdb(data: string): boolean {
  if (data === 'sample' || data === 'imdb' || /\.(tar\.gz|tgz)$/i.test(data)) return true;
  const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();
  return ['', 'aclImdb'].some((below) => isFolder(join(data, below, 'train', 'pos')));
}

/** The general text to pretrain on: that of the flags, or for the sample the embedded one. */
export function corpusOf({
  corpus,
  corpusWords: words,
  data,
  isWanted,
}: Partial<Pick<Flags, 'corpus' | 'corpusWords' | 'data'>> & {
  /** Whether there is pretraining at all. */
  readonly isWanted: boolean;
}): TextSource | undefined {
  if (!isWanted) return undefined;
  if (corpus !== undefined) return corpusText(corpus, { words });
  if (data === undefined || data === 'sample') return sampleText({ words });
  if (words === undefined) return undefined;
  throw new UlmfitError('BAD_OPTION', '--corpus-words is never read without --corpus; give that too');
}
