/** The threshold of a class that none was chosen for. */
export const DEFAULT_THRESHOLD = 0.5;

export interface PredictedClassesOptions {
  /** Whether a text has any number of classes, or exactly one. */
  readonly multiLabel: boolean;
  /** For several classes a text: the least probability at which a class is predicted, one for each class. Default 0.5. */
  readonly thresholds?: readonly number[] | undefined;
}

/**
 * The classes that one row of probabilities predicts, by their indices: the most probable one (the first of equals), or
 * for several classes a text those that reach their threshold. NaN never wins and never reaches a threshold.
 * @example
 * predictedClasses([0.2, 0.7, 0.6], { multiLabel: false }); // [1]
 * predictedClasses([0.2, 0.7, 0.6], { multiLabel: true, thresholds: [0.5, 0.5, 0.5] }); // [1, 2]
 */
export function predictedClasses(
  probabilities: readonly number[],
  { multiLabel, thresholds }: PredictedClassesOptions,
): number[] {
  if (!multiLabel) return [argmax(probabilities)];
  return probabilities.flatMap((p, c) => (p >= (thresholds?.[c] ?? DEFAULT_THRESHOLD) ? [c] : []));
}

function argmax(row: readonly number[]): number {
  let best = 0;
  let highest = -Infinity;
  row.forEach((value, i) => {
    if (value > highest) [best, highest] = [i, value];
  });
  return best;
}
