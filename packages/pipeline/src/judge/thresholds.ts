import { DEFAULT_THRESHOLD, sigmoid, type ClassScores } from '@ulmfit/inference';
import { trueClasses, type Truth } from './truth.js';

/**
 * Positives that a class needs so that its own threshold counts as much as that of all classes. More costs macro F1, fewer
 * cost micro F1, where most classes are rare.
 */
const PRIOR_POSITIVES = 1;
/** Thresholds stay this far from 0 and 1. */
const MARGIN = 1e-6;

/**
 * The probability from which each class is predicted, for several classes per text: the threshold with the best F1 on a
 * validation set. With few positives it is pulled (by its logit) towards the best common threshold, as if by one more
 * positive, and the common one towards 0.5 in the same way. A class without positives gets the common one.
 * @returns one threshold for each class
 * @throws UlmfitError `BAD_LABELS`
 * @example
 * const thresholds = chooseThresholds(validationProbabilities, validationLabels);
 */
export function chooseThresholds(probabilities: ClassScores, truth: Truth): number[] {
  const classes = probabilities[0]?.length ?? 0;
  const labels = trueClasses(probabilities, truth, classes, true).map((each) => new Set(each));
  const ofClass = (c: number) => ({
    all: Float64Array.from(probabilities, (row) => row[c] ?? NaN),
    positive: Float64Array.from(
      probabilities.filter((_, i) => labels[i]?.has(c)),
      (row) => row[c] ?? NaN,
    ),
  });
  const each = Array.from({ length: classes }, (_, c) => ofClass(c));
  const common = drawn(joined(each), DEFAULT_THRESHOLD);
  return each.map((scores) => drawn(scores, common));
}

/** The probabilities of texts, and of those among them that are of the class. */
interface Scores {
  readonly all: Float64Array;
  readonly positive: Float64Array;
}

const joined = (each: readonly Scores[]): Scores => ({
  all: concatenated(each.map(({ all }) => all)),
  positive: concatenated(each.map(({ positive }) => positive)),
});

function concatenated(arrays: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    whole.set(array, at);
    at += array.length;
  }
  return whole;
}

/** The best threshold of some scores, drawn towards another the more the fewer positives there are. */
function drawn({ all, positive }: Scores, towards: number): number {
  const [scores, positives] = [all, positive].map((each) => each.filter(Number.isFinite).sort().reverse());
  if (!scores || !positives || positives.length === 0) return towards;
  const best = logit(bestThreshold(scores, positives));
  const count = positives.length;
  return sigmoid((count * best + PRIOR_POSITIVES * logit(towards)) / (count + PRIOR_POSITIVES));
}

/** The cut with the best F1, in the middle between the scores on its two sides; the highest of equals. Both sorted down. */
function bestThreshold(scores: Float64Array, positives: Float64Array): number {
  let right = 0;
  let best = -1;
  let threshold = DEFAULT_THRESHOLD;
  scores.forEach((p, i) => {
    const next = scores[i + 1] ?? 0;
    if (next === p && i + 1 < scores.length) return;
    while (right < positives.length && (positives[right] as number) >= p) right++;
    const f1 = (2 * right) / (i + 1 + positives.length);
    if (f1 > best) [best, threshold] = [f1, (p + next) / 2];
  });
  return threshold;
}

function logit(p: number): number {
  const inside = Math.min(1 - MARGIN, Math.max(MARGIN, p));
  return Math.log(inside / (1 - inside));
}
