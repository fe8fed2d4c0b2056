import { z } from 'zod';
import type { Evaluation } from './evaluate-classifier.js';

/** The figures of a run, as `result.json` keeps them; those of stages that were not run are missing. */
export interface RunResult {
  pretrain?: LanguageModelFigures | undefined;
  finetune?: LanguageModelFigures | undefined;
  classify?: { seconds: number } | undefined;
  evaluate?: (Evaluation & { seconds: number }) | undefined;
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

const languageModelFigures = z.object({
  ...{ vocabulary: count, tokens: count },
  ...{ perplexity: z.number(), accuracy: z.number(), seconds },
});

export const runResultSchema: z.ZodType<RunResult> = z.object({
  pretrain: languageModelFigures.optional(),
  finetune: languageModelFigures.optional(),
  classify: z.object({ seconds }).optional(),
  evaluate: z
    .object({
      ...{ documents: count, accuracy: z.number(), loss: z.number(), seconds },
      confusion: z.array(z.array(count)),
    })
    .optional(),
});
