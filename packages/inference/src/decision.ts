import { UlmfitError } from '@ulmfit/errors';
import { z } from 'zod';
import { predictedClasses } from './predicted-classes.js';
import { logitsOf, probabilitiesOf } from './probabilities.js';
import type { ClassScores } from './class-scores.js';

/** How logits become classes, chosen on the validation set and kept with a model. */
export interface Decision {
  /** What the neural model's logits are divided by. */
  readonly temperature: number;
  /** For several classes a text: the least probability at which each is predicted. Default 0.5. */
  readonly thresholds?: readonly number[] | undefined;
  /** Those of the neural model and of the linear one alone, where `thresholds` are the blend's. */
  readonly neuralThresholds?: readonly number[] | undefined;
  readonly linearThresholds?: readonly number[] | undefined;
  /** The linear model's share in the blend, 0 to 1. Default 0. */
  readonly linearWeight?: number | undefined;
  /** What the linear model's logits are divided by. Default 1. */
  readonly linearTemperature?: number | undefined;
  /** What the blend is a weighted mean of. Default `probabilities`, as in models of earlier versions. */
  readonly blendOf?: BlendOf | undefined;
  /** What the blend's logits are divided by, since two models that agree may be surer than each. Default 1. */
  readonly blendTemperature?: number | undefined;
}

/** A mean of logits is a normalized geometric mean of probabilities: a class that either model rules out is ruled out. */
export type BlendOf = 'logits' | 'probabilities';

const share = z.number().min(0).max(1);
/** Far beyond what is fitted, and such that a logit divided by it stays finite. */
const temperature = z.number().min(1e-3).max(1e3);

/** Reads a {@link Decision} back from JSON. */
export const decisionSchema: z.ZodType<Decision> = z.strictObject({
  temperature,
  thresholds: z.array(share).optional(),
  neuralThresholds: z.array(share).optional(),
  linearThresholds: z.array(share).optional(),
  linearWeight: share.optional(),
  linearTemperature: temperature.optional(),
  blendOf: z.enum(['logits', 'probabilities']).optional(),
  blendTemperature: temperature.optional(),
});

export interface DecisionLogits {
  readonly neural: ClassScores;
  /** Needed where the decision gives the linear model a weight. */
  readonly linear?: ClassScores | undefined;
}

/** What a decision makes of logits, a row for each text. */
export interface Decided {
  readonly probabilities: number[][];
  /** The indices of the predicted classes: one, or for several classes a text any number. */
  readonly predicted: number[][];
}

/**
 * Makes probabilities and predicted classes of logits: each model's probabilities at its temperature, their blend, then the
 * most probable class or those that reach their thresholds.
 * @throws UlmfitError `BAD_LABELS` where the linear model's logits are missing or of another shape
 * @example
 * const { predicted } = applyDecision({ neural, linear }, decision, { multiLabel: false });
 */
export function applyDecision(
  { neural, linear }: DecisionLogits,
  decision: Decision,
  { multiLabel }: { readonly multiLabel: boolean },
): Decided {
  const { linearWeight = 0, linearTemperature, thresholds } = decision;
  const own = probabilitiesOf(neural, multiLabel, decision.temperature);
  const probabilities =
    linearWeight === 0
      ? own
      : decidedBlend(own, probabilitiesOf(linear ?? [], multiLabel, linearTemperature), decision, multiLabel);
  return {
    probabilities,
    predicted: probabilities.map((row) => predictedClasses(row, { multiLabel, thresholds })),
  };
}

/**
 * The blend of two models' probabilities by a decision: their weighted mean, at the blend's temperature.
 * @throws UlmfitError `BAD_LABELS` where they are of different shapes
 * @example
 * decidedBlend([[0.9, 0.1]], [[0.5, 0.5]], { temperature: 1, linearWeight: 0.25 }, false); // [[0.8, 0.2]]
 */
export function decidedBlend(
  neural: ClassScores,
  linear: ClassScores,
  { linearWeight = 0, blendOf = 'probabilities', blendTemperature = 1 }: Decision,
  multiLabel: boolean,
): number[][] {
  const mean = blended(neural, linear, linearWeight, { blendOf, multiLabel });
  return blendTemperature === 1
    ? mean
    : probabilitiesOf(logitsOf(mean, multiLabel), multiLabel, blendTemperature);
}

/**
 * The probabilities of two models as one, where the second has a weight from 0 to 1.
 * @throws UlmfitError `BAD_LABELS` where they are of different shapes
 * @example
 * blended([[0.9, 0.1]], [[0.5, 0.5]], 0.25, { blendOf: 'probabilities', multiLabel: false }); // [[0.8, 0.2]]
 */
export function blended(
  first: ClassScores,
  second: ClassScores,
  weight: number,
  { blendOf, multiLabel }: { readonly blendOf: BlendOf; readonly multiLabel: boolean },
): number[][] {
  if (first.length !== second.length || first.some((row, i) => row.length !== second[i]?.length)) {
    throw new UlmfitError(
      'BAD_LABELS',
      `blend: two models give ${first.length} and ${second.length} rows of scores, or rows of different widths; give both the same texts and classes`,
    );
  }
  // So that a model without a weight may give anything, NaN too.
  if (weight === 0 || weight === 1) return (weight === 0 ? first : second).map((row) => [...row]);
  const mean = (a: ClassScores, b: ClassScores) =>
    a.map((row, i) => row.map((x, c) => (1 - weight) * x + weight * (b[i]?.[c] ?? NaN)));
  return blendOf === 'probabilities'
    ? mean(first, second)
    : probabilitiesOf(mean(logitsOf(first, multiLabel), logitsOf(second, multiLabel)), multiLabel);
}
