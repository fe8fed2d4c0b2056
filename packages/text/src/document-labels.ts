import { UlmfitError } from '@ulmfit/errors';

/**
 * The classes of documents, by index from 0: one number a document, or where a document has any number of classes, none
 * included, a list a document.
 */
export type DocumentLabels = ArrayLike<number> | readonly (readonly number[])[];

/**
 * Whether documents have lists of classes rather than one each.
 * @example
 * isMultiLabel([[0, 2], []]); // true
 */
export function isMultiLabel(labels: DocumentLabels): labels is readonly (readonly number[])[] {
  return typeof labels[0] === 'object';
}

/**
 * @param classes The number of classes, where it is known; needed for lists.
 * @throws UlmfitError `BAD_LABELS` unless every document has a label, or a list of different ones, below `classes`
 */
export function requireLabels(labels: DocumentLabels, documents: number, classes?: number): void {
  if (labels.length !== documents) {
    throw new UlmfitError(
      'BAD_LABELS',
      `classifier: ${labels.length} labels for ${documents} documents; every document needs one`,
    );
  }
  const range = classes === undefined ? '0, 1, 2, ...' : `an integer from 0 to ${classes - 1}`;
  const requireClass = (label: unknown, document: number) => {
    if (Number.isSafeInteger(label) && Number(label) >= 0 && Number(label) < (classes ?? Infinity)) return;
    throw new UlmfitError(
      'BAD_LABELS',
      `classifier: label ${String(label)} of document ${document} is not ${range}`,
    );
  };
  if (!isMultiLabel(labels)) {
    for (let i = 0; i < documents; i++) requireClass(labels[i], i);
    return;
  }
  if (classes === undefined) {
    throw new UlmfitError(
      'BAD_LABELS',
      'classifier: labels are lists, so the number of classes is needed; set classes',
    );
  }
  labels.forEach((list, i) => {
    if (!Array.isArray(list)) {
      throw new UlmfitError(
        'BAD_LABELS',
        `classifier: document ${i} has no list of labels, but others have one; give every document a list`,
      );
    }
    for (const label of list) requireClass(label, i);
    if (new Set(list).size < list.length) {
      throw new UlmfitError('BAD_LABELS', `classifier: document ${i} has a label twice: ${list.join(', ')}`);
    }
  });
}
