import { predictedClasses, type PredictedClassesOptions, type ClassScores } from '@ulmfit/inference';
import { calibration } from './calibration.js';
import {
  averaged,
  classCounts,
  precisionRecall,
  totalCounts,
  type ClassCounts,
  type ClassFigures,
} from './class-figures.js';
import { cohenKappa } from './cohen-kappa.js';
import { confusionMatrix, MAX_CONFUSION_CLASSES, mostConfusedPairs } from './confusion-matrix.js';
import type { Judgement } from './judgement.js';
import { logLoss } from './log-loss.js';
import { rocAuc } from './roc-auc.js';
import { trueClasses, type Truth } from './truth.js';
import { verdictOf } from './verdict.js';
import { wilsonInterval } from './wilson-interval.js';

export interface JudgeOptions extends PredictedClassesOptions {
  /** The names of the classes, in the order of the columns. */
  readonly classes: readonly string[];
}

/**
 * All metrics of a classifier, from its probabilities on labelled texts: what scikit-learn's `classification_report`
 * gives, with interval, log-loss, ROC-AUC, calibration, confusions and a verdict. NaN where a figure has no value.
 * @throws UlmfitError `BAD_LABELS` where probabilities, labels and classes don't fit together
 * @example
 * const { accuracy, macro, verdictWords } = judge([[0.9, 0.1], [0.3, 0.7]], [0, 1], {
 *   classes: ['ham', 'spam'],
 *   multiLabel: false,
 * });
 */
export function judge(
  probabilities: ClassScores,
  truth: Truth,
  { classes, multiLabel, thresholds }: JudgeOptions,
): Judgement {
  const labels = trueClasses(probabilities, truth, classes.length, multiLabel);
  const predicted = probabilities.map((row) => predictedClasses(row, { multiLabel, thresholds }));
  const documents = labels.length;
  const counts = classCounts(predicted, labels, classes.length);
  const total = totalCounts(counts);
  const perClass = counts.map((count, c): ClassFigures => {
    const { support, predicted: times } = count;
    return {
      ...precisionRecall(count),
      support,
      predicted: times,
      rocAuc: againstRest(probabilities, labels, c),
    };
  });
  const areSame = predicted.map((row, i) => isSameSet(row, labels[i] ?? []));
  const accuracy = areSame.filter(Boolean).length / documents;
  const first = predicted[0] ?? [];
  return {
    ...{ classes, multiLabel, documents, accuracy },
    accuracyInterval: documents > 0 ? wilsonInterval(accuracy, documents) : [NaN, NaN],
    logLoss: logLoss(probabilities, labels, multiLabel),
    rocAuc: overallAuc(perClass, multiLabel),
    perClass,
    macro: averaged(perClass, (i) => (isThere(counts[i]) ? 1 : 0)),
    weighted: averaged(perClass, (i) => counts[i]?.support ?? 0),
    ...(multiLabel
      ? {
          micro: precisionRecall(total),
          hammingLoss: (total.predicted + total.support - 2 * total.right) / (documents * classes.length),
        }
      : { kappa: cohenKappa(counts, documents) }),
    calibration: calibration(probabilities, labels, predicted, multiLabel),
    ...(!multiLabel &&
      classes.length <= MAX_CONFUSION_CLASSES && {
        confusion: confusionMatrix(labels, predicted, classes.length),
      }),
    confusedPairs: mostConfusedPairs(labels, predicted, classes.length),
    ...verdictOf({
      ...{ classes, multiLabel, documents, counts, first },
      isConstant: predicted.every((row) => isSameSet(row, first)),
    }),
  };
}

/** The area under a class's ROC curve against all others. */
function againstRest(probabilities: ClassScores, labels: readonly (readonly number[])[], c: number): number {
  const positives: number[] = [];
  const negatives: number[] = [];
  probabilities.forEach((row, i) => (labels[i]?.includes(c) ? positives : negatives).push(row[c] ?? NaN));
  return rocAuc(positives, negatives);
}

function overallAuc(perClass: readonly ClassFigures[], multiLabel: boolean): number {
  if (!multiLabel && perClass.length === 2) return perClass[1]?.rocAuc ?? NaN;
  const areas = perClass.map((figures) => figures.rocAuc).filter((area) => !Number.isNaN(area));
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
}

const isThere = (counts: ClassCounts | undefined): boolean =>
  counts !== undefined && counts.support + counts.predicted > 0;

const isSameSet = (some: readonly number[], others: readonly number[]): boolean =>
  new Set([...some, ...others]).size === new Set(some).size && new Set(some).size === new Set(others).size;
