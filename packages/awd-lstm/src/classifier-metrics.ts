import { all, argMax, equal, greaterEqual, sum, type Tensor2D } from '@tensorflow/tfjs-core';
import type { MeanMetric, SumsMetric } from '@ulmfit/trainer';
import type { ClassifierInput } from './classifier.js';

/** What the metrics read of a batch. */
export type LabelledInput = Pick<ClassifierInput, 'labels'>;

/** What the metrics read of a pass. */
export interface Logits {
  /** `[batch, classes]` */
  readonly logits: Tensor2D;
}

/**
 * The share of documents whose class has the highest logit. Of several labels a document: the share of those of which every
 * class is right at a probability of .5, scikit-learn's `accuracy_score`.
 */
export const accuracy: MeanMetric<LabelledInput, Logits> = {
  name: 'accuracy',
  measure: ({ logits }, { labels }) => {
    const weight = logits.shape[0];
    if (!labels) return { sum: 0, weight };
    const right =
      labels.rank === 1
        ? equal(argMax(logits, 1), labels)
        : all(equal(greaterEqual(logits, 0), greaterEqual(labels, 0.5)), 1);
    return { sum: sum(right).dataSync()[0] as number, weight };
  },
};

/**
 * The mean over classes of F1, each class as one against all others: the highest logit decides, and for several labels a
 * document a probability of .5. A class that no document has and that none is given is left out, as in scikit-learn's
 * `f1_score(average='macro')`.
 */
export const macroF1: SumsMetric<LabelledInput, Logits> = {
  name: 'macroF1',
  // For each class the documents that have it and were given it, those that have it, those that were given it.
  measure({ logits }, { labels }) {
    const [, classes] = logits.shape;
    const sums = new Array<number>(3 * classes).fill(0);
    const add = (c: number, has: boolean, given: boolean) => {
      const counts = [has && given, has, given].map(Number);
      counts.forEach((n, i) => (sums[3 * c + i] = (sums[3 * c + i] ?? 0) + n));
    };
    if (labels?.rank === 1) {
      const given = argMax(logits, 1).dataSync();
      labels.dataSync().forEach((label, row) => {
        const right = label === given[row];
        add(label, true, right);
        if (!right) add(given[row] as number, false, true);
      });
    } else if (labels) {
      const x = logits.dataSync();
      labels.dataSync().forEach((label, i) => add(i % classes, label >= 0.5, (x[i] as number) >= 0));
    }
    return sums;
  },
  reduce(sums) {
    const scores: number[] = [];
    for (let i = 0; i < sums.length; i += 3) {
      const [both = 0, have = 0, given = 0] = sums.slice(i, i + 3);
      if (have + given > 0) scores.push((2 * both) / (have + given));
    }
    return scores.reduce((total, f1) => total + f1, 0) / scores.length;
  },
};
