import { z } from '@hono/zod-openapi';
import type { ResolvedLimits } from './server-options.js';

/** What requests have to be. */
export const classifySchema = ({ maxTexts, maxCharacters }: ResolvedLimits) =>
  z
    .strictObject({
      texts: z
        .array(z.string().max(maxCharacters).openapi({ example: 'My card was charged twice.' }))
        .max(maxTexts)
        .openapi({ description: 'The texts to classify.' }),
    })
    .openapi('ClassifyRequest');

export const explainSchema = ({ maxCharacters }: ResolvedLimits) =>
  z
    .strictObject({
      text: z.string().max(maxCharacters).openapi({ example: 'My card was charged twice.' }),
      classes: z
        .array(z.string())
        .min(1)
        .optional()
        .openapi({ description: 'The classes to explain; by default the predicted ones.' }),
    })
    .openapi('ExplainRequest');

const probability = z.number().min(0).max(1);

/** The classes of a text, as `Prediction` of `@ulmfit/inference` has them. */
export const predictionSchema = z
  .object({
    label: z.string().openapi({ description: 'The most probable class.' }),
    probability: probability.openapi({ description: 'Its probability.' }),
    labels: z.array(z.string()).openapi({
      description:
        'The predicted classes: that one alone, or where a text may have several those that reach their thresholds.',
    }),
    probabilities: z
      .record(z.string(), probability)
      .openapi({ description: 'Every class with its probability.' }),
  })
  .openapi('Prediction');

export const predictionsSchema = z
  .object({
    predictions: z
      .array(predictionSchema.nullable())
      .openapi({ description: 'One for each text, in their order: null for a text without words.' }),
  })
  .openapi('ClassifyResponse');

const contributions = z.array(z.number());

/** As `Explanation` of `@ulmfit/inference` has it. */
export const explanationSchema = z
  .object({
    text: z.string(),
    prediction: predictionSchema,
    method: z.enum(['integrated-gradients', 'occlusion']),
    of: z
      .enum(['neural', 'linear', 'blend', 'members'])
      .openapi({ description: 'What the logits are of: the neural model, the linear one, or both.' }),
    tokens: z.array(z.object({ token: z.string(), start: z.int().min(0), end: z.int().min(0) })).openapi({
      description: 'The tokens and where they stand, in UTF-16 code units; a mark stands nowhere.',
    }),
    classes: z.array(
      z.object({
        label: z.string(),
        logit: z.number(),
        baseline: z.number().openapi({ description: 'The logit of the text with every word unknown.' }),
        contributions: contributions.openapi({
          description: 'What each token adds, in their order: `logit - baseline` in all.',
        }),
        neural: contributions.optional(),
        linear: contributions.optional(),
        gap: z.number().openapi({ description: 'How far the sum is from `logit - baseline`.' }),
        isComplete: z.boolean(),
      }),
    ),
    steps: z.int(),
    context: z.int().openapi({ description: 'Tokens of a very long text that were only read.' }),
  })
  .openapi('Explanation');

export const healthSchema = z
  .object({
    live: z.literal(true),
    ready: z.boolean().openapi({ description: 'Whether a model is there and the server is not ending.' }),
    classes: z.array(z.string()).openapi({ description: 'The classes of the model.' }),
    multiLabel: z.boolean().openapi({ description: 'Whether a text may have several classes.' }),
    explains: z.boolean().openapi({ description: 'Whether there is `POST /explain`.' }),
    loaded: z.iso.datetime().nullable().openapi({ description: 'Since when this model serves.' }),
  })
  .openapi('Health');

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().openapi({ example: 'QUEUE_FULL' }),
      message: z.string().openapi({ description: 'What is wrong and what to do, in one line.' }),
    }),
  })
  .openapi('Error');
