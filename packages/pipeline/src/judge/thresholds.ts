import { DEFAULT_THRESHOLD } from './predicted-classes.js';
import { sigmoid } from './probabilities.js';
import { trueClasses, type ClassScores, type Truth } from './truth.js';

/** Positives that a class needs so that its own threshold counts as much as that of all classes. */
const PRIOR_POSITIVES = 10;
/** Thresholds stay this far from 0 and 1. */
const MARGIN = 1e-6;

/**
 * The least probability at which each class is predicted, for several classes a text: the one with the best F1 on a
 * validation set. Few positives choose badly, so each is drawn (by its logit) towards the one threshold that is best for
 * all classes together, as if ten more positives had chosen that, and that one towards 0.5 in the same way. A class
 * without positives has the common one.
 * @returns one threshold for each class
 * @throws UlmfitError `BAD_LABELS`
 * @example
 * const thresholds = chooseThresholds(validationProbabilities, validationLabels);
 */
export function chooseThresholds(probabilities: ClassScores, truth: Truth): number[] {
  const classes = probabilities[0]?.length ?? 0;
  const labels = trueClasses(probabilities, truth, classes, true).map((each) => new Set(each));
  const cases = Array.from({ length: classes }, (_, c) =>
    probabilities.map((row, i): Case => ({ p: row[c] ?? NaN, positive: labels[i]?.has(c) ?? false })),
  );
  const common = drawn(cases.flat(), DEFAULT_THRESHOLD);
  return cases.map((ofClass) => drawn(ofClass, common));
}

interface Case {
  readonly p: number;
  readonly positive: boolean;
}

/** The best threshold of some cases, drawn towards another the more the fewer positives there are. */
function drawn(cases: readonly Case[], towards: number): number {
  const usable = cases.filter(({ p }) => Number.isFinite(p));
  const positives = usable.filter(({ positive }) => positive).length;
  if (positives === 0) return towards;
  const best = logit(bestThreshold(usable, positives));
  return sigmoid((positives * best + PRIOR_POSITIVES * logit(towards)) / (positives + PRIOR_POSITIVES));
}

/** The cut with the best F1, in the middle between the scores on its two sides; the highest of equals. */
function bestThreshold(cases: readonly Case[], positives: number): number {
  const sorted = [...cases].sort((a, b) => b.p - a.p);
  let right = 0;
  let best = -1;
  let threshold = DEFAULT_THRESHOLD;
  sorted.forEach(({ p, positive }, i) => {
    if (positive) right++;
    const next = sorted[i + 1]?.p ?? 0;
    if (next === p) return;
    const f1 = (2 * right) / (i + 1 + positives);
    if (f1 > best) [best, threshold] = [f1, (p + next) / 2];
  });
  return threshold;
}

function logit(p: number): number {
  const inside = Math.min(1 - MARGIN, Math.max(MARGIN, p));
  return Math.log(inside / (1 - inside));
}
