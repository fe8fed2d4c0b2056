import { UlmfitError } from '@ulmfit/errors';
import type { LabelledText } from '@ulmfit/text';
import { LinearClassifier } from './linear-classifier.js';
import { LogisticProblem, type SigmoidTargets, type SoftmaxTargets } from './logistic-problem.js';
import { minimizeLogistic } from './minimize-logistic.js';
import type { NgramRange } from './ngrams.js';
import { Pacer } from './pacer.js';
import { readTrainingRows, type TrainingRows } from './training-rows.js';

/** How far a training is. */
export type LinearProgress = LinearReading | LinearFitting;

/** The texts are being read. */
export interface LinearReading {
  readonly phase: 'read';
  /** So far. */
  readonly texts: number;
}

/** The weights are being solved for, the classes of a task with many in parts. */
export interface LinearFitting {
  readonly phase: 'fit';
  /** From 1, of `parts`. */
  readonly part: number;
  readonly parts: number;
  /** Of the part, from 1. */
  readonly step: number;
  /** The largest derivative of the mean loss, which falls to the tolerance. */
  readonly gradient: number;
}

export interface TrainLinearOptions {
  /** The number of classes: labels are 0 .. classes - 1. */
  readonly classes: number;
  /** Whether a text has any number of labels (a sigmoid for each class) or exactly one (a softmax). */
  readonly multiLabel: boolean;
  /** The inverse of the strength of the L2 penalty, as in scikit-learn; 10. */
  readonly C?: number;
  /** The shortest and the longest run of words that is a term; `[1, 2]`: words and pairs. */
  readonly ngrams?: NgramRange;
  /** The same of characters within a word, beside the words; none. */
  readonly characters?: NgramRange | undefined;
  /** In how many texts of training a term has to be; 1 below 1,000 texts, where each word counts, and 2 from there on. */
  readonly minCount?: number | undefined;
  /** How many terms of each kind are kept, those in the most texts; all. */
  readonly maxFeatures?: number;
  /** Terms by a hash of them, for more texts than their different terms fit in memory: `true` for 2^18 buckets, or how many. */
  readonly hashed?: boolean | number;
  /**
   * How much the texts of each class count: a number for each class, or `balanced`, where each class counts as much as
   * any other. With several labels a text, the number is for the texts that have the class, against 1 for those that don't.
   */
  readonly classWeights?: 'balanced' | readonly number[] | undefined;
  /** Whether a term that is there n times counts 1 + ln n instead of n; true. */
  readonly sublinear?: boolean;
  /** Where the solver ends: the largest derivative of the mean loss; 1e-4, as in scikit-learn. */
  readonly tolerance?: number;
  /** Ends the training, which throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LinearProgress) => void) | undefined;
}

/** Weights at most in one part of the classes of a multi-label task, which bounds the solver's memory to some 200 MB. */
const PART_WEIGHTS = 2 ** 22;
const MAX_STEPS = 100;

/**
 * Trains TF-IDF with logistic regression on labelled texts, which are read once. The same texts give the same weights at
 * each run, and in another order the same up to rounding.
 * @throws UlmfitError `BAD_OPTION`, `BAD_LABELS` for labels out of range or a single class, `EMPTY_CORPUS`,
 * `TOO_MANY_WORDS`
 * @example
 * const classifier = await trainLinear(rows, { classes: 2, multiLabel: false });
 */
export async function trainLinear(
  rows: Iterable<LabelledText> | AsyncIterable<LabelledText>,
  options: TrainLinearOptions,
): Promise<LinearClassifier> {
  const { classes, multiLabel } = options;
  const { C = 10, ngrams = [1, 2], characters, minCount, maxFeatures = Infinity } = options;
  const { hashed = false, classWeights, sublinear = true, tolerance = 1e-4, signal, onProgress } = options;
  checkOptions(options);
  const pacer = new Pacer(signal);
  const training = await readTrainingRows(rows, {
    classes,
    multiLabel,
    kinds: [
      { unit: 'words', ngrams },
      ...(characters ? [{ unit: 'characters' as const, ngrams: characters }] : []),
    ],
    minCount,
    maxFeatures,
    buckets: hashed === false ? undefined : hashed === true ? 2 ** 18 : hashed,
    sublinear,
    pacer,
    onTexts: (texts) => onProgress?.({ phase: 'read', texts }),
  });

  const { tfIdf } = training;
  const counts = new Float64Array(classes);
  for (const label of training.labels) counts[label] = (counts[label] as number) + 1;
  const parts = multiLabel
    ? sigmoidParts(training, counts, classWeights)
    : [softmaxPart(training, counts, classWeights)];
  const outputs = !multiLabel && classes === 2 ? 1 : classes;
  const weights = new Float32Array(tfIdf.size * outputs);
  const intercepts = new Float32Array(outputs);
  for (const [index, { columns, targets, total }] of parts.entries()) {
    const problem = new LogisticProblem(training.rows, columns.length, targets, C, pacer);
    const solution = await minimizeLogistic(problem, {
      tolerance,
      total,
      maxSteps: MAX_STEPS,
      onStep: (step, gradient) =>
        onProgress?.({ phase: 'fit', part: index + 1, parts: parts.length, step, gradient }),
    });
    const last = solution.subarray(tfIdf.size * columns.length);
    // A softmax is the same when all intercepts move: the ones whose sum is 0 are given.
    const shift = targets.kind === 'softmax' ? last.reduce((sum, b) => sum + b, 0) / last.length : 0;
    columns.forEach((output, k) => {
      for (let term = 0; term < tfIdf.size; term++) {
        weights[term * outputs + output] = solution[term * columns.length + k] as number;
      }
      intercepts[output] = (last[k] as number) - shift;
    });
  }
  fillUntrained(intercepts, counts, training.rows.rows, multiLabel);
  return new LinearClassifier({ classes, multiLabel, tfIdf, weights, intercepts });
}

/** Outputs that are solved together. */
interface Part {
  /** The outputs of the model that the problem's are. */
  readonly columns: readonly number[];
  readonly targets: SoftmaxTargets | SigmoidTargets;
  /** What all texts count together. */
  readonly total: number;
}

function softmaxPart(
  { labels, rows }: TrainingRows,
  counts: Float64Array,
  classWeights: TrainLinearOptions['classWeights'],
): Part {
  const present = [...counts.keys()].filter((label) => (counts[label] as number) > 0);
  if (present.length < 2) {
    throw new UlmfitError(
      'BAD_LABELS',
      `all ${rows.rows} texts have class ${present[0]}; give texts of two classes`,
    );
  }
  // As scikit-learn's `balanced`.
  const weightOf = (label: number): number =>
    classWeights === 'balanced'
      ? rows.rows / (present.length * (counts[label] as number))
      : (classWeights?.[label] ?? 1);
  const total = present.reduce((sum, label) => sum + weightOf(label) * (counts[label] as number), 0);
  if (counts.length === 2) {
    return {
      columns: [0],
      targets: {
        kind: 'sigmoid',
        isPositive: Uint8Array.from(labels),
        positiveWeights: Float64Array.of(weightOf(1)),
        negativeWeights: Float64Array.of(weightOf(0)),
      },
      total,
    };
  }
  const columnOf = new Int32Array(counts.length);
  present.forEach((label, column) => (columnOf[label] = column));
  return {
    columns: present,
    targets: {
      kind: 'softmax',
      classOf: labels.map((label) => columnOf[label] as number),
      rowWeights: Float64Array.from(labels, weightOf),
    },
    total,
  };
}

/** The classes in parts that fit in memory: each class is a problem of its own, but a pass over the texts serves many. */
function sigmoidParts(
  { labels, labelStarts, rows, tfIdf }: TrainingRows,
  counts: Float64Array,
  classWeights: TrainLinearOptions['classWeights'],
): Part[] {
  const texts = rows.rows;
  const trained = [...counts.keys()].filter((label) => {
    const positive = counts[label] as number;
    return positive > 0 && positive < texts;
  });
  const size = Math.max(1, Math.floor(PART_WEIGHTS / (tfIdf.size + 1)));
  const parts: Part[] = [];
  for (let from = 0; from < trained.length; from += size) {
    const columns = trained.slice(from, from + size);
    const isPositive = new Uint8Array(texts * columns.length);
    const columnOf = new Map(columns.map((label, column) => [label, column]));
    for (let row = 0; row < texts; row++) {
      for (let i = labelStarts[row] as number; i < (labelStarts[row + 1] as number); i++) {
        const column = columnOf.get(labels[i] as number);
        if (column !== undefined) isPositive[row * columns.length + column] = 1;
      }
    }
    const isBalanced = classWeights === 'balanced';
    const positiveWeights = Float64Array.from(columns, (label) =>
      isBalanced ? texts / (2 * (counts[label] as number)) : (classWeights?.[label] ?? 1),
    );
    const negativeWeights = Float64Array.from(columns, (label) =>
      isBalanced ? texts / (2 * (texts - (counts[label] as number))) : 1,
    );
    parts.push({
      columns,
      targets: { kind: 'sigmoid', isPositive, positiveWeights, negativeWeights },
      total: texts,
    });
  }
  return parts;
}

/** Gives classes of which there was nothing to learn an intercept that says so. */
function fillUntrained(
  intercepts: Float32Array,
  counts: Float64Array,
  texts: number,
  multiLabel: boolean,
): void {
  if (multiLabel) {
    counts.forEach((positive, label) => {
      if (positive > 0 && positive < texts) return;
      intercepts[label] = Math.log((positive + 0.5) / (texts - positive + 0.5));
    });
    return;
  }
  if (intercepts.length === 1) return;
  const trained = intercepts.filter((_, label) => (counts[label] as number) > 0);
  const lowest = trained.reduce((low, value) => Math.min(low, value), 0);
  counts.forEach((count, label) => {
    if (count === 0) intercepts[label] = lowest - Math.log(2 * texts);
  });
}

function checkOptions(options: TrainLinearOptions): void {
  const { classes, C = 10, minCount, maxFeatures, hashed, classWeights, tolerance = 1e-4 } = options;
  const refuse = (message: string) => new UlmfitError('BAD_OPTION', message);
  if (!Number.isSafeInteger(classes) || classes < (options.multiLabel ? 1 : 2)) {
    throw refuse(`classes: ${classes}; give the number of classes, ${options.multiLabel ? 1 : 2} or more`);
  }
  if (!(C > 0 && Number.isFinite(C))) throw refuse(`C: ${C}; give a number above 0`);
  if (!(tolerance > 0 && tolerance < 1))
    throw refuse(`tolerance: ${tolerance}; give a number between 0 and 1`);
  for (const [name, value] of Object.entries({ minCount, maxFeatures })) {
    if (value !== undefined && value !== Infinity && (!Number.isSafeInteger(value) || value < 1)) {
      throw refuse(`${name}: ${value} is not a positive integer`);
    }
  }
  for (const [name, range] of Object.entries({ ngrams: options.ngrams, characters: options.characters })) {
    if (range === undefined) continue;
    const [shortest, longest] = range;
    if (![shortest, longest].every(Number.isInteger) || shortest < 1 || longest < shortest || longest > 10) {
      throw refuse(`${name}: [${range.join(', ')}]; give the shortest and the longest, from 1 to 10`);
    }
  }
  if (
    typeof hashed === 'number' &&
    !(Number.isInteger(Math.log2(hashed)) && hashed >= 2 && hashed <= 2 ** 26)
  ) {
    throw refuse(`hashed: ${hashed}; give a power of two from 2 to 2^26`);
  }
  if (classWeights === undefined || classWeights === 'balanced') return;
  if (classWeights.length !== classes || !classWeights.every((w) => w > 0 && Number.isFinite(w))) {
    throw refuse(`classWeights: give ${classes} numbers above 0, one for each class, or "balanced"`);
  }
}
