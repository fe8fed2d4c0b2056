import { type ClassScores } from '@ulmfit/inference';

/** As scikit-learn clips: the difference between 1 and the next double. */
const EPSILON = 2 ** -52;

const clip = (p: number): number => Math.min(Math.max(p, EPSILON), 1 - EPSILON);

/**
 * The mean negative log-likelihood in nats: cross-entropy, or for several classes a text the mean binary cross-entropy
 * over texts and classes. Probabilities are clipped to 2^-52 and its complement.
 */
export function logLoss(
  probabilities: ClassScores,
  truth: readonly (readonly number[])[],
  multiLabel: boolean,
): number {
  let sum = 0;
  let terms = 0;
  probabilities.forEach((row, i) => {
    const labels = truth[i] ?? [];
    if (!multiLabel) {
      sum -= Math.log(clip(row[labels[0] ?? -1] ?? NaN));
      terms++;
      return;
    }
    const positive = new Set(labels);
    row.forEach((p, c) => {
      sum -= Math.log(positive.has(c) ? clip(p) : 1 - clip(p));
    });
    terms += row.length;
  });
  return sum / terms;
}
