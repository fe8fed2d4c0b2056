import { UlmfitError } from '@ulmfit/errors';
import type { LabelledDocuments, TrainedClassifier } from './classifier-stage.js';
import { classifyDocuments, type ClassifyOptions } from './classify-documents.js';

export interface Evaluation {
  readonly documents: number;
  readonly accuracy: number;
  /** Mean cross-entropy. */
  readonly loss: number;
  /** `confusion[truth][prediction]`, by the labels' indices. */
  readonly confusion: readonly (readonly number[])[];
}

export interface EvaluateClassifierOptions extends ClassifyOptions {
  /** The classes that the documents' labels and the figures go by. Default: the first classifier's. */
  readonly labels?: readonly string[];
}

/**
 * Scores labelled documents. Several classifiers, such as a forward and a backward one, are averaged by their
 * probabilities (ULMFiT section 3.4); each reads the documents in its own vocabulary, and may have the classes in an order
 * of its own.
 * @throws UlmfitError `OTHER_LABELS` when one tells other classes apart
 */
export async function evaluateClassifiers(
  members: readonly { readonly classifier: TrainedClassifier; readonly test: LabelledDocuments }[],
  { labels = members[0]?.classifier.labels ?? [], ...options }: EvaluateClassifierOptions = {},
): Promise<Evaluation> {
  const each: number[][][] = [];
  for (const { classifier, test } of members) {
    const columns = columnsOf(classifier, labels);
    const rows = await classifyDocuments(classifier, test.documents, options);
    each.push(rows.map((row) => columns.map((column) => row[column] ?? NaN)));
  }
  return score(meanProbabilities(each), members[0]?.test.labels ?? []);
}

/**
 * Where a classifier has each of the classes.
 * @throws UlmfitError `OTHER_LABELS` unless they are its own
 */
export function columnsOf(
  classifier: Pick<TrainedClassifier, 'labels'>,
  labels: readonly string[],
  what = 'the classifier',
): number[] {
  const columns = labels.map((label) => classifier.labels.indexOf(label));
  if (classifier.labels.length === labels.length && !columns.includes(-1)) return columns;
  throw new UlmfitError(
    'OTHER_LABELS',
    `${what}: tells ${classifier.labels.join(', ')} apart, and the documents are ${labels.join(', ')}; give a classifier of those`,
  );
}

/** Scores one classifier. */
export function evaluateClassifier(
  classifier: TrainedClassifier,
  test: LabelledDocuments,
  options: EvaluateClassifierOptions = {},
): Promise<Evaluation> {
  return evaluateClassifiers([{ classifier, test }], options);
}

/** The mean over classifiers of each document's probabilities. */
export function meanProbabilities(each: readonly (readonly number[][])[]): number[][] {
  const first = each[0] ?? [];
  return first.map((row, d) =>
    row.map((_, c) => each.reduce((sum, p) => sum + (p[d]?.[c] ?? 0), 0) / each.length),
  );
}

/** Accuracy, loss and confusion of probabilities. */
export function score(probabilities: readonly (readonly number[])[], labels: ArrayLike<number>): Evaluation {
  const classes = probabilities[0]?.length ?? 0;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let loss = 0;
  probabilities.forEach((row, d) => {
    const truth = labels[d] as number;
    const prediction = row.indexOf(Math.max(...row));
    const counts = confusion[truth] as number[];
    counts[prediction] = (counts[prediction] ?? 0) + 1;
    loss -= Math.log(Math.max(row[truth] ?? 0, 1e-30));
  });
  const documents = probabilities.length;
  const right = confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  return { documents, accuracy: right / documents, loss: loss / documents, confusion };
}
