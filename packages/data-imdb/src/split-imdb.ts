import { requireBelowOne, requireInteger, UlmfitError } from '@ulmfit/errors';
import { permutation, randomKey } from '@ulmfit/kernels';
import { compareIds, isLabelled, type LabelledReview, type Review, type Sentiment } from './review.js';

export interface SplitImdbOptions {
  /** An integer from 0 to 2^32 - 1. One seed gives one order of every pool. */
  seed: number;
  /** Labelled training reviews in all, half of each class; even. Default: as many as there are in balance. */
  trainReviews?: number;
  /** The share of those that is held out as `validation`, in each class alike; from 0 to below 1. Default 0. */
  validationShare?: number;
  /**
   * What the language model is fine-tuned on: the reviews without a label, or all of training with them, of which `trainReviews`
   * and `validationShare` take nothing away. Default `unsup`.
   */
  lmFrom?: 'unsup' | 'train-and-unsup';
  /** How many of those. Default: all there are. */
  lmReviews?: number;
  /** Test reviews, half of each class; even. Default: as many as there are in balance. */
  testReviews?: number;
}

export interface ImdbSplit {
  train: LabelledReview[];
  validation: LabelledReview[];
  /** For the language model, which doesn't use their labels; with `lmFrom: 'train-and-unsup'` those of `train` are among them. */
  lm: Review[];
  test: LabelledReview[];
}

/**
 * Draws the sets of an experiment. Sets are nested: with one seed, a larger `trainReviews`, `lmReviews` or `testReviews`
 * gives the smaller one's reviews and more, so that learning curves compare like with like. Classes alternate
 * in `train`, `validation` and `test`; the order of `reviews` doesn't matter.
 *
 * @throws UlmfitError `BAD_SPLIT` when a number is not a count, is odd where classes share it, or asks for more than there is.
 * @example
 * const reviews = sampleImdb({ seed: 1, train: 20, test: 10, unsup: 20 }); // or those of `readImdb`
 * const { train, test } = splitImdb(reviews, { seed: 1, trainReviews: 10 });
 * train.length; // 10
 */
export function splitImdb(reviews: readonly Review[], options: SplitImdbOptions): ImdbSplit {
  const { seed, trainReviews, validationShare = 0, lmFrom = 'unsup', lmReviews, testReviews } = options;
  requireBelowOne('validationShare', validationShare, { code: 'BAD_SPLIT' });
  const sorted = reviews.toSorted(compareIds);
  const { isOf, what } = lmPools[lmFrom];
  const lm = shuffled(sorted.filter(isOf), seed, lmFrom);
  const drawn = drawBalanced(sorted, 'train', seed, trainReviews, 'trainReviews');
  const heldOut = (_: LabelledReview, i: number) => isHeldOut(i >> 1, validationShare);
  return {
    train: drawn.filter((review, i) => !heldOut(review, i)),
    validation: drawn.filter(heldOut),
    lm: lm.slice(0, checkCount('lmReviews', lmReviews ?? lm.length, lm.length, what)),
    test: drawBalanced(sorted, 'test', seed, testReviews, 'testReviews'),
  };
}

/** Where the language model's reviews are drawn from. */
const lmPools = {
  unsup: { isOf: (review: Review) => !isLabelled(review), what: 'reviews without a label' },
  'train-and-unsup': { isOf: (review: Review) => review.split === 'train', what: 'reviews of training' },
};

/** Whether the i-th review of a class is held out: spread evenly, so that it doesn't depend on how many are drawn. */
function isHeldOut(i: number, share: number): boolean {
  const heldOutBefore = (n: number) => Math.floor(n * share + 1e-9); // 100 * .29 is a hair below 29
  return heldOutBefore(i + 1) > heldOutBefore(i);
}

/** The first `count / 2` of each class in the seed's order, negative and positive in turn. */
function drawBalanced(
  sorted: readonly Review[],
  split: Review['split'],
  seed: number,
  count: number | undefined,
  option: string,
): LabelledReview[] {
  const ofClass = (label: Sentiment) =>
    shuffled(
      sorted.filter(isLabelled).filter((review) => review.split === split && review.label === label),
      seed,
      `${split}/${label}`,
    );
  const neg = ofClass('neg');
  const pos = ofClass('pos');
  const available = 2 * Math.min(neg.length, pos.length);
  if (count !== undefined && count % 2 === 1) {
    throw new UlmfitError(
      'BAD_SPLIT',
      `${option}: ${count} is odd but each class gets half; ask for ${count + 1}`,
    );
  }
  const half = checkCount(option, count ?? available, available, `balanced ${split} reviews`) / 2;
  return pos.slice(0, half).flatMap((positive, i) => [...neg.slice(i, i + 1), positive]);
}

function checkCount(option: string, count: number, available: number, what: string): number {
  requireInteger(option, count, { from: 0, code: 'BAD_SPLIT' });
  if (count > available) {
    throw new UlmfitError(
      'BAD_SPLIT',
      `${option}: ${count} requested, but there are ${available} ${what}; ask for fewer`,
    );
  }
  return count;
}

function shuffled<T>(items: readonly T[], seed: number, pool: string): T[] {
  const order = permutation(items.length, randomKey({ seed, stage: 'split', stream: pool }));
  return Array.from(order, (i) => items[i]).filter((item) => item !== undefined);
}
