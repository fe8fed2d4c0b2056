import { isMultiLabel, requireLabels, type DocumentLabels } from './document-labels.js';

/**
 * Weights that make up for classes of different sizes: `labels / (classes * count)`, scikit-learn's "balanced". Where a
 * document has one label, all classes then have the same share in the loss. Where it has several, a class of mean size
 * weighs 1. Classes without a document are not counted, and weigh 1.
 *
 * @param labels One label a document, or a list a document.
 * @param classes The number of classes.
 * @returns A weight for each class.
 * @throws UlmfitError `BAD_LABELS`
 * @example
 * balancedClassWeights([0, 0, 0, 1], 2); // [0.667, 2]
 */
export function balancedClassWeights(labels: DocumentLabels, classes: number): number[] {
  requireLabels(labels, labels.length, classes);
  const counts = new Array<number>(classes).fill(0);
  const all: Iterable<number> = isMultiLabel(labels) ? labels.flat() : Array.from(labels);
  let total = 0;
  for (const label of all) {
    counts[label] = (counts[label] ?? 0) + 1;
    total++;
  }
  const seen = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count > 0 ? total / (seen * count) : 1));
}
