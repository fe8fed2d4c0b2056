import { z } from 'zod';
import type { Calibration } from './calibration.js';
import type { ClassFigures, PrecisionRecall } from './class-figures.js';
import type { ConfusedPair } from './confusion-matrix.js';
import type { Verdict } from './verdict.js';

/** All figures of a classifier on labelled texts. JSON keeps it; NaN is kept as null and read back as NaN. */
export interface Judgement {
  /** The names of the classes; all lists by class are in this order, and all indices are into it. */
  readonly classes: readonly string[];
  /** Whether a text has any number of classes, or exactly one. */
  readonly multiLabel: boolean;
  readonly documents: number;
  /** The share of texts that are wholly right; with several classes a text, of those with exactly the true set. */
  readonly accuracy: number;
  /** Its bounds with 95 % confidence (Wilson). */
  readonly accuracyInterval: readonly [low: number, high: number];
  /** Mean negative log-likelihood in nats; with several classes a text, binary cross-entropy. */
  readonly logLoss: number;
  /**
   * Area under the ROC curve: of the second class where there are two, else the mean of one class against the rest over
   * those that some texts are of and some are not. NaN where there is no such class.
   */
  readonly rocAuc: number;
  /** Precision, recall and F1 by class. */
  readonly perClass: readonly ClassFigures[];
  /** Means over the classes that are there or predicted. */
  readonly macro: PrecisionRecall;
  /** Means over the classes, each weighted by its texts. */
  readonly weighted: PrecisionRecall;
  /** Over all decisions together, for several classes a text. */
  readonly micro?: PrecisionRecall | undefined;
  /** Share of wrong decisions among all texts and classes, for several classes a text. */
  readonly hammingLoss?: number | undefined;
  /** Agreement beyond chance, for one class a text. */
  readonly kappa?: number | undefined;
  readonly calibration: Calibration;
  /** `confusion[truth][predicted]` in texts, for one class a text and at most 200 classes. */
  readonly confusion?: readonly (readonly number[])[] | undefined;
  /** The most frequent confusions, at most ten, the most frequent first. */
  readonly confusedPairs: readonly ConfusedPair[];
  readonly verdict: Verdict;
  /** The verdict in one sentence, with the figures that it rests on. */
  readonly verdictWords: string;
  /** What the best answer that doesn't read the texts reaches: accuracy, or micro F1 with several classes a text. */
  readonly guess: number;
}

const count = z.number().int().nonnegative();
/** JSON has neither NaN nor infinities: they are kept as null. */
const figure = z
  .number()
  .nullable()
  .transform((value) => value ?? NaN);
const precisionRecall = { precision: figure, recall: figure, f1: figure };

// What a later version adds is kept.
/** Reads a {@link Judgement} back from JSON. */
export const judgementSchema: z.ZodType<Judgement> = z
  .looseObject({
    classes: z.array(z.string()),
    multiLabel: z.boolean(),
    ...{ documents: count, accuracy: figure, accuracyInterval: z.tuple([figure, figure]) },
    ...{ logLoss: figure, rocAuc: figure },
    perClass: z.array(
      z.looseObject({ ...precisionRecall, support: count, predicted: count, rocAuc: figure }),
    ),
    macro: z.looseObject(precisionRecall),
    weighted: z.looseObject(precisionRecall),
    micro: z.looseObject(precisionRecall).optional(),
    hammingLoss: figure.optional(),
    kappa: figure.optional(),
    calibration: z.looseObject({
      error: figure,
      bins: z.array(
        z.looseObject({ low: z.number(), high: z.number(), count, confidence: figure, accuracy: figure }),
      ),
    }),
    confusion: z.array(z.array(count)).optional(),
    confusedPairs: z.array(z.looseObject({ truth: count, predicted: count, count })),
    verdict: z.enum(['good', 'no better than guessing', 'one class for everything']),
    verdictWords: z.string(),
    guess: figure,
  })
  .refine(({ classes, perClass, confusion, confusedPairs }) => {
    const size = classes.length;
    return (
      perClass.length === size &&
      (confusion ?? []).every((row) => row.length === size) &&
      (confusion?.length ?? size) === size &&
      confusedPairs.every(({ truth, predicted }) => truth < size && predicted < size)
    );
  }, 'figures for other classes than it names');
