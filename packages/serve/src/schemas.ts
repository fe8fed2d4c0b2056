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

export const healthSchema = z
  .object({
    live: z.literal(true),
    ready: z.boolean().openapi({ description: 'Whether a model is there and the server is not ending.' }),
    classes: z.array(z.string()).openapi({ description: 'The classes of the model.' }),
    multiLabel: z.boolean().openapi({ description: 'Whether a text may have several classes.' }),
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
