/** Precision, recall and their harmonic mean; 0 where nothing was predicted or nothing was there, as scikit-learn has it. */
export interface PrecisionRecall {
  /** Of the texts predicted as the class, the share that are of it. */
  readonly precision: number;
  /** Of the texts that are of the class, the share predicted as it. */
  readonly recall: number;
  readonly f1: number;
}

/** The figures of one class. */
export interface ClassFigures extends PrecisionRecall {
  /** Texts that are of the class. */
  readonly support: number;
  /** Texts that are predicted as the class. */
  readonly predicted: number;
  /** Area under the ROC curve, this class against the rest; NaN where all texts are of it, or none is. */
  readonly rocAuc: number;
}

/** Counts over texts: predicted and true, predicted, true. */
export interface ClassCounts {
  readonly right: number;
  readonly predicted: number;
  readonly support: number;
}

/** Texts of each class that are predicted rightly, predicted, and there. */
export function classCounts(
  predicted: readonly (readonly number[])[],
  truth: readonly (readonly number[])[],
  classes: number,
): ClassCounts[] {
  const counts = Array.from({ length: classes }, () => ({ right: 0, predicted: 0, support: 0 }));
  truth.forEach((labels, i) => {
    const there = new Set(labels);
    for (const label of there) {
      const count = counts[label];
      if (count) count.support++;
    }
    for (const label of predicted[i] ?? []) {
      const count = counts[label];
      if (!count) continue;
      count.predicted++;
      if (there.has(label)) count.right++;
    }
  });
  return counts;
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

export const precisionRecall = ({ right, predicted, support }: ClassCounts): PrecisionRecall => ({
  precision: share(right, predicted),
  recall: share(right, support),
  f1: share(2 * right, predicted + support),
});

/** The sum of the counts of all classes: their figures are the micro averages. */
export const totalCounts = (counts: readonly ClassCounts[]): ClassCounts =>
  counts.reduce(
    (sum, { right, predicted, support }) => ({
      right: sum.right + right,
      predicted: sum.predicted + predicted,
      support: sum.support + support,
    }),
    { right: 0, predicted: 0, support: 0 },
  );

/** The mean over classes, each weighted; NaN where the weights are 0 together. */
export function averaged(
  figures: readonly PrecisionRecall[],
  weight: (index: number) => number,
): PrecisionRecall {
  let [precision, recall, f1, whole] = [0, 0, 0, 0];
  figures.forEach((figure, i) => {
    const w = weight(i);
    precision += w * figure.precision;
    recall += w * figure.recall;
    f1 += w * figure.f1;
    whole += w;
  });
  return { precision: precision / whole, recall: recall / whole, f1: f1 / whole };
}
