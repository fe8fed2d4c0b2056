import { printable } from '@ulmfit/errors';
import type { Prediction } from '@ulmfit/inference';

/** Between several labels of one text. */
export const LABEL_DELIMITER = '|';

/** A text in one line, after its label and probability, or after those of the given classes. */
export function textLine(text: string, prediction: Prediction | null, classes?: readonly string[]): string {
  const shown = printable(text);
  if (!prediction) return `-\t${shown}`;
  const { label, labels, probability, probabilities } = prediction;
  const figures = classes
    ? classes.map((name) => `${printable(name)} ${(probabilities[name] ?? NaN).toFixed(4)}`).join(' ')
    : `${printable(labels.length > 1 ? labels.join(LABEL_DELIMITER) : label)} ${probability.toFixed(4)}`;
  return `${figures}\t${shown}`;
}
