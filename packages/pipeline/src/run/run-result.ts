import { existsSync } from 'node:fs';
import { UlmfitError } from '@ulmfit/errors';
import { z } from 'zod';
import { evaluationResultSchema, type EvaluationResult } from '../judge/evaluation-result.js';
import { readJson } from './read-json.js';
import type { KeptEpoch } from '../stages/kept-epoch.js';

/** The figures of a run, as `result.json` keeps them; those of stages that were not run are missing. */
export interface RunResult {
  linear?: LinearFigures | undefined;
  pretrain?: LanguageModelFigures | undefined;
  finetune?: LanguageModelFigures | undefined;
  classify?: ClassifierFigures | undefined;
  evaluate?: EvaluationResult | undefined;
}

/** The plain baseline. */
export interface LinearFigures {
  /** Terms that have weights. */
  readonly features: number;
  /** On the validation texts, where there are any. */
  readonly accuracy?: number | undefined;
  readonly macroF1?: number | undefined;
  readonly seconds: number;
}

export interface ClassifierFigures {
  readonly seconds: number;
  /** The epoch whose weights were kept; missing where nothing was held out, and in runs of earlier versions. */
  readonly best?: KeptEpoch | undefined;
}

export interface LanguageModelFigures {
  /** Rows of the vocabulary, tokens trained on. */
  readonly vocabulary: number;
  readonly tokens: number;
  readonly perplexity: number;
  readonly accuracy: number;
  readonly seconds: number;
}

const count = z.number().int().nonnegative();
const seconds = z.number().nonnegative();

/** JSON has neither NaN nor infinities: they are kept as null. */
const figure = z
  .number()
  .nullable()
  .transform((value) => value ?? NaN);

// What a later version adds is kept.
const languageModelFigures = z.looseObject({
  ...{ vocabulary: count, tokens: count },
  ...{ perplexity: figure, accuracy: figure, seconds },
});

/** Scores of an earlier version are made again: they have too few figures, and are quickly had. */
const earlierEvaluation = z
  .looseObject({ documents: count, confusion: z.unknown() })
  .transform(() => undefined);

const runResultSchema: z.ZodType<RunResult> = z.looseObject({
  linear: z
    .looseObject({ features: count, accuracy: figure.optional(), macroF1: figure.optional(), seconds })
    .optional(),
  pretrain: languageModelFigures.optional(),
  finetune: languageModelFigures.optional(),
  classify: z
    .looseObject({
      seconds,
      best: z
        .looseObject({ fit: z.string(), epoch: count, loss: figure, accuracy: figure, macroF1: figure })
        .optional(),
    })
    .optional(),
  evaluate: z.union([evaluationResultSchema, earlierEvaluation]).optional(),
});

/** What `result.json` tells, nothing where it is not there. @throws UlmfitError `BAD_RUN_RESULT` */
export const readRunResult = (path: string): RunResult =>
  existsSync(path)
    ? readJson(
        path,
        runResultSchema,
        (what) => new UlmfitError('BAD_RUN_RESULT', `${path} is ${what}; remove it to make the stages again`),
      )
    : {};
