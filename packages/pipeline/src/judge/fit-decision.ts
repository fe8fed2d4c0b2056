import {
  decidedBlend,
  type Decision,
  type DecisionLogits,
  logitsOf,
  probabilitiesOf,
  type ClassScores,
} from '@ulmfit/inference';
import { blendWeight } from './blend-weight.js';
import { fitTemperature } from './temperature.js';
import { chooseThresholds } from './thresholds.js';
import { trueClasses, type Truth } from './truth.js';

/**
 * Chooses on the validation set how logits become classes: the temperature of each model, the linear model's weight in
 * the blend by log-loss, the blend's temperature, and for several classes a text the thresholds by F1. Deterministic. Without a text, temperatures
 * of 1, equal weights and thresholds of 0.5.
 * @throws UlmfitError `BAD_LABELS`
 * @example
 * const decision = fitDecision({ neural, linear }, validationLabels, { multiLabel: false });
 * const { predicted } = applyDecision(testLogits, decision, { multiLabel: false });
 */
export function fitDecision(
  { neural, linear }: DecisionLogits,
  truth: Truth,
  { multiLabel }: { readonly multiLabel: boolean },
): Decision {
  const temperature = fitTemperature(neural, truth, { multiLabel });
  const own = probabilitiesOf(neural, multiLabel, temperature);
  const thresholds = (probabilities: ClassScores) => chooseThresholds(probabilities, truth);
  if (!linear) return { temperature, ...(multiLabel && { thresholds: thresholds(own) }) };
  const linearTemperature = fitTemperature(linear, truth, { multiLabel });
  const others = probabilitiesOf(linear, multiLabel, linearTemperature);
  const labels = trueClasses(own, truth, own[0]?.length ?? 0, multiLabel);
  const linearWeight = blendWeight(own, others, labels, multiLabel);
  const blend = { temperature, linearTemperature, linearWeight, blendOf: 'logits' } as const;
  // A model alone has been given its temperature.
  const isBlend = linearWeight > 0 && linearWeight < 1;
  const decision = isBlend
    ? {
        ...blend,
        blendTemperature: fitTemperature(
          logitsOf(decidedBlend(own, others, blend, multiLabel), multiLabel),
          truth,
          { multiLabel },
        ),
      }
    : blend;
  return {
    ...decision,
    ...(multiLabel && {
      thresholds: thresholds(decidedBlend(own, others, decision, multiLabel)),
      neuralThresholds: thresholds(own),
      linearThresholds: thresholds(others),
    }),
  };
}
