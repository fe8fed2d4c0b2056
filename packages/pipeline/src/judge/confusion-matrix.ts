/** Above so many classes a matrix is left out: nobody reads it, and it grows by the square. */
export const MAX_CONFUSION_CLASSES = 200;
/** Pairs of classes that are kept. */
const MOST_CONFUSED = 10;

/** Texts of one class that are predicted as another. */
export interface ConfusedPair {
  /** Indices of the classes. */
  readonly truth: number;
  readonly predicted: number;
  readonly count: number;
}

/** `matrix[truth][predicted]`, for one class a text. */
export function confusionMatrix(
  truth: readonly (readonly number[])[],
  predicted: readonly (readonly number[])[],
  classes: number,
): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  truth.forEach(([label = 0], i) => {
    const row = matrix[label];
    const column = predicted[i]?.[0] ?? 0;
    if (row) row[column] = (row[column] ?? 0) + 1;
  });
  return matrix;
}

/**
 * The pairs of classes that are confused most, the most frequent first. With several classes a text, a pair is a class that
 * was missed and one that was predicted wrongly in the same text, of texts that have exactly one of each.
 */
export function mostConfusedPairs(
  truth: readonly (readonly number[])[],
  predicted: readonly (readonly number[])[],
  classes: number,
): ConfusedPair[] {
  const counts = new Map<number, number>();
  truth.forEach((labels, i) => {
    const given = predicted[i] ?? [];
    const [missed, ...moreMissed] = labels.filter((label) => !given.includes(label));
    const [wrong, ...moreWrong] = given.filter((label) => !labels.includes(label));
    if (missed === undefined || wrong === undefined || moreMissed.length > 0 || moreWrong.length > 0) return;
    const pair = missed * classes + wrong;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  });
  return [...counts]
    .sort(([a, some], [b, more]) => more - some || a - b)
    .slice(0, MOST_CONFUSED)
    .map(([pair, count]) => ({ truth: Math.floor(pair / classes), predicted: pair % classes, count }));
}
