import { predictedClasses, type PredictedClassesOptions, type ClassScores } from '@ulmfit/inference';
import { trueClasses, type Truth } from './truth.js';

/** A text that was predicted wrongly. */
export interface Mistake {
  /** Its place among the texts. */
  readonly index: number;
  /** Indices of the classes: one each, or for several classes a text any number. */
  readonly predicted: readonly number[];
  readonly truth: readonly number[];
  /** How sure the model was of what is wrong: of the predicted class, or of the surest wrong yes or no among several. */
  readonly probability: number;
}

/**
 * The mistakes that the model was surest of, the surest first; among equals the first text. Labels that are wrong in the
 * data are often found here.
 * @throws UlmfitError `BAD_LABELS`
 * @example
 * mostConfidentMistakes([[0.9, 0.1], [0.4, 0.6]], [1, 1], 10); // [{ index: 0, predicted: [0], truth: [1], probability: 0.9 }]
 */
export function mostConfidentMistakes(
  probabilities: ClassScores,
  truth: Truth,
  most: number,
  options: PredictedClassesOptions = { multiLabel: false },
): Mistake[] {
  const { multiLabel } = options;
  const mistakes: Mistake[] = [];
  trueClasses(probabilities, truth, probabilities[0]?.length ?? 0, multiLabel).forEach((labels, index) => {
    const row = probabilities[index] ?? [];
    const predicted = predictedClasses(row, options);
    const sureness = [
      ...predicted.filter((label) => !labels.includes(label)).map((label) => row[label] ?? NaN),
      ...(multiLabel
        ? labels.filter((label) => !predicted.includes(label)).map((label) => 1 - (row[label] ?? NaN))
        : []),
    ];
    if (sureness.length === 0) return;
    mistakes.push({ index, predicted, truth: labels, probability: Math.max(...sureness) });
  });
  const sure = ({ probability }: Mistake) => (Number.isNaN(probability) ? -1 : probability);
  return mistakes.sort((a, b) => sure(b) - sure(a) || a.index - b.index).slice(0, most);
}
