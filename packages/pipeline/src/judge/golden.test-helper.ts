import { readFileSync } from 'node:fs';
import { z } from 'zod';

const precisionRecall = { precision: z.number(), recall: z.number(), f1: z.number() };
const figures = {
  probabilities: z.array(z.array(z.number())),
  ...{ accuracy: z.number(), logLoss: z.number(), rocAuc: z.number(), calibrationError: z.number() },
  perClass: z.array(z.object({ ...precisionRecall, support: z.number() })),
  ...{ macro: z.object(precisionRecall), weighted: z.object(precisionRecall) },
};
const oneLabel = z.object({
  ...figures,
  truth: z.array(z.number()),
  accuracyInterval: z.array(z.number()),
  kappa: z.number(),
  confusion: z.array(z.array(z.number())),
  binomialTail: z.number(),
});
const schema = z.object({
  ...{ two: oneLabel, four: oneLabel },
  several: z.object({
    ...figures,
    truth: z.array(z.array(z.number())),
    thresholds: z.array(z.number()),
    hammingLoss: z.number(),
    micro: z.object(precisionRecall),
  }),
  temperature: z.object({
    logits: z.array(z.array(z.number())),
    truth: z.array(z.number()),
    temperature: z.number(),
  }),
});

/** Invented probabilities and scikit-learn's figures for them, made by `golden.test-helper.py`. */
export const golden = schema.parse(
  JSON.parse(readFileSync(new URL('golden.test-helper.json', import.meta.url), 'utf8')),
);
