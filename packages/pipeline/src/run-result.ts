import { z } from 'zod';

const count = z.number().int().nonnegative();
const seconds = z.number().nonnegative();

const languageModelFigures = z.object({
  /** Rows of the vocabulary, tokens trained on. */
  vocabulary: count,
  tokens: count,
  perplexity: z.number(),
  accuracy: z.number(),
  seconds,
});

/** The figures of a run, as `result.json` keeps them; those of stages that were not run are missing. */
export const runResultSchema = z.object({
  pretrain: languageModelFigures.optional(),
  finetune: languageModelFigures.optional(),
  classify: z.object({ seconds }).optional(),
  evaluate: z
    .object({
      documents: count,
      accuracy: z.number(),
      /** Mean cross-entropy. */
      loss: z.number(),
      /** `confusion[truth][prediction]`, by the labels' indices. */
      confusion: z.array(z.array(count).readonly()).readonly(),
      seconds,
    })
    .optional(),
});

export type RunResult = z.infer<typeof runResultSchema>;
export type LanguageModelFigures = z.infer<typeof languageModelFigures>;
