import type { ExplainedPiece } from '@ulmfit/inference';
import { z } from 'zod';
import { judgementSchema, type Judgement } from './judgement.js';

/** Which classifier: the neural model, the linear one, or both together. */
export type ClassifierKind = 'neural' | 'linear' | 'blend';

/** A text of the evaluation that the chosen classifier is wrong about. */
export interface MistakenText {
  /** Its place among the texts. */
  readonly index: number;
  readonly text: string;
  /** The names of the classes: one each, or for several classes a text any number. */
  readonly truth: readonly string[];
  readonly predicted: readonly string[];
  /** How sure the classifier was of what is wrong. */
  readonly probability: number;
  /** The beginning of the text in pieces, with what each says for the first of the predicted classes, where that was asked for. */
  readonly pieces?: readonly ExplainedPiece[] | undefined;
}

/** The figures of each classifier on the same texts: of the linear one and the blend where there is a linear one. */
export interface Judgements {
  readonly neural: Judgement;
  readonly linear?: Judgement | undefined;
  readonly blend?: Judgement | undefined;
}

/** A scored classifier, as `result.json` keeps it: the figures of each of its members on the same texts. */
export interface EvaluationResult {
  /** The texts that were scored. */
  readonly split: 'test' | 'valid';
  readonly seconds: number;
  /** Which one predicts, by the validation set. */
  readonly chosen: ClassifierKind;
  readonly judgements: Judgements;
  /** The mistakes that the chosen one was surest of, the surest first. */
  readonly mistakes: readonly MistakenText[];
}

const figure = z
  .number()
  .nullable()
  .transform((value) => value ?? NaN);

/** Reads an {@link EvaluationResult} back from JSON. What a later version adds is kept. */
export const evaluationResultSchema: z.ZodType<EvaluationResult> = z
  .looseObject({
    split: z.enum(['test', 'valid']),
    seconds: z.number().nonnegative(),
    chosen: z.enum(['neural', 'linear', 'blend']),
    judgements: z.looseObject({
      neural: judgementSchema,
      linear: judgementSchema.optional(),
      blend: judgementSchema.optional(),
    }),
    mistakes: z.array(
      z.looseObject({
        index: z.number().int().nonnegative(),
        text: z.string(),
        truth: z.array(z.string()),
        predicted: z.array(z.string()),
        probability: figure,
        pieces: z.array(z.object({ text: z.string(), contribution: z.number() })).optional(),
      }),
    ),
  })
  .refine(
    ({ chosen, judgements }) => judgements[chosen] !== undefined,
    'without the figures of the classifier that it chose',
  );

/**
 * The metrics of the classifier that makes the predictions.
 * @example
 * const result = await evaluateModels({ models: ['runs/mine'], task });
 * console.log(chosenJudgement(result).accuracy);
 */
export const chosenJudgement = ({
  chosen,
  judgements,
}: Pick<EvaluationResult, 'chosen' | 'judgements'>): Judgement => judgements[chosen] ?? judgements.neural;
