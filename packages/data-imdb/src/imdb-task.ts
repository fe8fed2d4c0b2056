import { createHash } from 'node:crypto';
import { UlmfitError } from '@ulmfit/errors';
import {
  summarizeSets,
  type ClassificationTask,
  type LabelledText,
  type LanguageModelTexts,
  type ReadTaskOptions,
  type TaskSetting,
  type TaskSplit,
  type TextOfSet,
} from '@ulmfit/text';
import { downloadImdb } from './download-imdb.js';
import { readImdb } from './read-imdb.js';
import type { LabelledReview, Review, Sentiment } from './review.js';
import { SAMPLE_SEED } from './sample/sample-seed.js';
import { sampleImdb } from './sample/sample-imdb.js';
import { splitImdb, type ImdbSplit, type SplitImdbOptions } from './split-imdb.js';

export interface ImdbTaskOptions extends ReadTaskOptions {
  /** `sample` (invented reviews), `imdb` (the public archive, downloaded once), or a path of it. Default `sample`. */
  readonly data?: string;
  /** Labelled training reviews in all, half of each class; even. Default: as many as there are in balance. */
  readonly trainReviews?: number | undefined;
  /** Reviews for the language model. Default: all there are. */
  readonly lmReviews?: number | undefined;
  /** Test reviews, half of each class; even. Default: as many as there are in balance. */
  readonly testReviews?: number | undefined;
  /** The share of the labelled training reviews that is held out to validate with. Default 0. */
  readonly validShare?: number | undefined;
  /** Draws the reviews of each set; one seed gives nested sets (`splitImdb`). Default 1. */
  readonly splitSeed?: number;
}

/** The classes of the task, in the order of the model's outputs. */
const CLASSES: readonly Sentiment[] = ['neg', 'pos'];

const missing: Readonly<Record<TaskSplit, string>> = {
  train: 'no labelled reviews of both classes to train on; expected files such as train/neg/0_1.txt',
  valid: 'no labelled reviews to validate with; ask for a share of those of training',
  test: 'no test reviews of both classes to score; expected files such as test/neg/0_1.txt',
};

/** Which set of `splitImdb` is which of a task's. */
const setOf = { train: 'train', valid: 'validation', test: 'test' } as const satisfies Record<
  TaskSplit,
  keyof ImdbSplit
>;

/**
 * The IMDb reviews as a task of two classes. They are read at each use, which takes a second or two, and not kept: a
 * hundred thousand strings in memory would slow each garbage collection of a training.
 * @throws UlmfitError `BAD_SPLIT` for sets larger than the data; what is wrong with the data, as `readImdb` and
 *   `downloadImdb` say; where a set that is empty is read, `NO_REVIEWS`; where the reviews have changed since, `DATA_CHANGED`
 * @example
 * const task = await imdbTask({ data: 'aclImdb_v1.tar.gz', trainReviews: 2000, validShare: 0.1 });
 */
export async function imdbTask(options: ImdbTaskOptions = {}): Promise<ClassificationTask> {
  const {
    data = 'sample',
    trainReviews,
    lmReviews,
    testReviews,
    validShare,
    splitSeed = 1,
    signal,
  } = options;
  const sets: SplitImdbOptions = {
    seed: splitSeed,
    ...given({ trainReviews, testReviews, validationShare: validShare }),
  };
  const split = async (more: Partial<SplitImdbOptions>, { signal }: ReadTaskOptions) => {
    const reviews = await loadReviews(data, signal);
    // The sets of one stage must be those of the others.
    if (fingerprintOf(reviews) !== fingerprint)
      throw new UlmfitError('DATA_CHANGED', `${data}: changed while in use; start again`);
    return splitImdb(reviews, { ...sets, ...more });
  };
  const reviews = await loadReviews(data, signal);
  const fingerprint = fingerprintOf(reviews);
  const drawn = splitImdb(reviews, sets);
  const hasUnlabelled = reviews.some(({ label }) => label === undefined);
  const settings: Record<string, TaskSetting> = {
    kind: 'imdb',
    data,
    splitSeed,
    ...given({ labels: trainReviews, lmReviews, testReviews, validShare }), // `labels`, as runs have kept it from the first
  };
  const task = { name: data, classes: CLASSES, multiLabel: false };
  return {
    ...task,
    settings,
    fingerprint,
    counts: { train: drawn.train.length, valid: drawn.validation.length, test: drawn.test.length },
    async *labelled(name, options = {}) {
      const set = (await split({}, options))[setOf[name]];
      if (set.length === 0) throw new UlmfitError('NO_REVIEWS', `${data}: holds ${missing[name]}`);
      for (const review of set) yield labelledText(review);
    },
    async summary(options = {}) {
      const { train, validation, test, lm } = await split(hasUnlabelled ? given({ lmReviews }) : {}, options);
      return summarizeSets(
        task,
        (function* () {
          for (const review of train) yield { set: 'train', ...labelledText(review) };
          for (const review of validation) yield { set: 'valid', ...labelledText(review) };
          for (const review of test) yield { set: 'test', ...labelledText(review) };
          for (const { text } of lm) yield { set: 'unlabelled', text, labels: [] };
        })() satisfies Iterable<TextOfSet>,
      );
    },
    async *languageModelTexts(from: LanguageModelTexts, options = {}) {
      const lmFrom = from === 'unlabelled' && hasUnlabelled ? 'unsup' : 'train-and-unsup';
      const { lm, validation } = await split({ lmFrom, ...given({ lmReviews }) }, options);
      const heldOut = new Set(validation.map(({ id }) => id));
      for (const { id, text } of lm) if (!heldOut.has(id)) yield text;
    },
  };
}

async function loadReviews(data: string, signal: AbortSignal | undefined): Promise<readonly Review[]> {
  const options = signal ? { signal } : {};
  if (data === 'sample') return sampleImdb({ seed: SAMPLE_SEED, train: 1000, test: 300, unsup: 1000 });
  return readImdb(data === 'imdb' ? await downloadImdb(options) : data, options);
}

const labelledText = ({ text, label }: LabelledReview): LabelledText => ({
  text,
  labels: [CLASSES.indexOf(label)],
});

/** Of every review, whichever sets are drawn: those are settings. */
function fingerprintOf(reviews: readonly Review[]): string {
  const hash = createHash('sha256');
  for (const { id, text } of reviews) hash.update(`${id}\0${text}\0`);
  return hash.digest('hex');
}

/** The entries that are not undefined. */
function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
