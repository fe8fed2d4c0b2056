import { UlmfitError } from '@ulmfit/errors';
import type { ClassScores } from '@ulmfit/inference';

/** The true classes of texts, by their indices: one for each text, or any number for each. */
export type Truth = ArrayLike<number> | ArrayLike<readonly number[]>;

/**
 * The true classes of each text as a list, whether it has one or several.
 * @throws UlmfitError `BAD_LABELS` where their number isn't that of the rows, where one is no class, or where a text
 *   of a task with one class a text has several
 */
export function trueClasses(
  scores: ClassScores,
  truth: Truth,
  classes: number,
  multiLabel: boolean,
): (readonly number[])[] {
  if (truth.length !== scores.length) {
    throw new UlmfitError(
      'BAD_LABELS',
      `judge: ${truth.length} labels for ${scores.length} rows of scores; give one row for each text`,
    );
  }
  return scores.map((row, i) => {
    if (row.length !== classes) {
      throw new UlmfitError(
        'BAD_LABELS',
        `judge: row ${i} has ${row.length} scores for ${classes} classes; give one for each class`,
      );
    }
    const given = truth[i] ?? [];
    const labels = typeof given === 'number' ? [given] : given;
    if (!multiLabel && labels.length !== 1) {
      throw new UlmfitError(
        'BAD_LABELS',
        `judge: text ${i} has ${labels.length} labels; give exactly one, or set multiLabel`,
      );
    }
    for (const label of labels) {
      if (Number.isInteger(label) && label >= 0 && label < classes) continue;
      throw new UlmfitError(
        'BAD_LABELS',
        `judge: label ${label} of text ${i} is none of the ${classes} classes; give indices from 0`,
      );
    }
    return labels;
  });
}
