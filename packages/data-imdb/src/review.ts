/** The two classes of the task. */
export type Sentiment = 'neg' | 'pos';

/** One review, as the archive holds it. */
export interface Review {
  /** Its path below `aclImdb/`, such as `train/pos/127_9.txt`: unique, and the order in which reviews are read. */
  readonly id: string;
  /** The half it stands in. Reviews without a label (`train/unsup`) stand in `train`. */
  readonly split: 'train' | 'test';
  /** Its class; `undefined` for `train/unsup`. */
  readonly label: Sentiment | undefined;
  /** Stars from 1 to 10, where the file's name tells them. */
  readonly rating?: number;
  /** The raw text, with its `<br />` marks. */
  readonly text: string;
}

/** A review whose class is known. */
export interface LabelledReview extends Review {
  readonly label: Sentiment;
}

/**
 * Whether a review carries a label.
 * @example
 * const labelled = sampleImdb({ seed: 1, train: 20, test: 10, unsup: 20 }).filter(isLabelled);
 * labelled.length; // 30
 */
export function isLabelled(review: Review): review is LabelledReview {
  return review.label !== undefined;
}

/** Orders by UTF-16 code units, which unlike `localeCompare` is the same on every machine. */
export function compareIds(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** A review without its text: what the path alone tells. */
export type ReviewPath = Omit<Review, 'text'>;

/** What the path of a member tells, or `undefined` when it is no review. */
export function parseReviewPath(path: string): ReviewPath | undefined {
  const match = /(?:^|\/)(train|test)\/(neg|pos|unsup)\/([^/]+)\.txt$/.exec(path);
  const [, split, folder, name] = match ?? [];
  // macOS's tar writes a `._` companion beside each file.
  if (split === undefined || folder === undefined || name === undefined || name.startsWith('._'))
    return undefined;
  const rating = Number(/^\d+_(\d+)$/.exec(name)?.[1] ?? 0);
  return {
    id: `${split}/${folder}/${name}.txt`,
    split: split === 'test' ? 'test' : 'train',
    label: folder === 'neg' || folder === 'pos' ? folder : undefined,
    ...(rating >= 1 && rating <= 10 && { rating }),
  };
}
