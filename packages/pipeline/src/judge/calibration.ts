import { type ClassScores } from '@ulmfit/inference';

/** Bins of equal width over the probabilities, as Guo et al. have them. */
export const CALIBRATION_BINS = 15;

/** Predictions whose probability lies above `low` and at most at `high`. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Mean probability of the bin's predictions; NaN in an empty bin. */
  readonly confidence: number;
  /** Share of them that are right; NaN in an empty bin. */
  readonly accuracy: number;
}

export interface Calibration {
  /** Expected calibration error: the mean over predictions of the distance between confidence and accuracy of their bins. */
  readonly error: number;
  readonly bins: readonly CalibrationBin[];
}

/**
 * How well probabilities say how often they are right (Guo et al. 2017, "On Calibration of Modern Neural Networks",
 * equation 3). With one class a text, the probability of the predicted class against whether it is right; with several,
 * each class's probability against whether the text is of it.
 */
export function calibration(
  probabilities: ClassScores,
  truth: readonly (readonly number[])[],
  predicted: readonly (readonly number[])[],
  multiLabel: boolean,
): Calibration {
  const sums = Array.from({ length: CALIBRATION_BINS }, () => ({ count: 0, confidence: 0, right: 0 }));
  let all = 0;
  const add = (p: number, isRight: boolean): void => {
    all++;
    const bin = sums[Math.min(CALIBRATION_BINS - 1, Math.max(0, Math.ceil(p * CALIBRATION_BINS) - 1))];
    // NaN is in none.
    if (!bin) return;
    bin.count++;
    bin.confidence += p;
    if (isRight) bin.right++;
  };
  let isNumber = true;
  probabilities.forEach((row, i) => {
    const there = new Set(truth[i]);
    for (const c of multiLabel ? row.keys() : (predicted[i] ?? [])) {
      const p = row[c] ?? NaN;
      isNumber &&= !Number.isNaN(p);
      add(p, there.has(c));
    }
  });
  const error = sums.reduce((sum, { confidence, right }) => sum + Math.abs(confidence - right), 0) / all;
  return {
    error: isNumber ? error : NaN,
    bins: sums.map(({ count, confidence, right }, i) => ({
      ...{ low: i / CALIBRATION_BINS, high: (i + 1) / CALIBRATION_BINS, count },
      ...{ confidence: confidence / count, accuracy: right / count },
    })),
  };
}
