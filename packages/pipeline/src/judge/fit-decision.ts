import { blended, type Decision, type DecisionLogits } from './decision.js';
import { logLoss } from './log-loss.js';
import { probabilitiesOf } from './probabilities.js';
import { fitTemperature } from './temperature.js';
import { chooseThresholds } from './thresholds.js';
import { trueClasses, type ClassScores, type Truth } from './truth.js';

/** Steps of the weight from 0 to 1. */
const WEIGHTS = 20;

/**
 * Chooses on the validation set how logits become classes: the temperature of each model, the linear model's weight in
 * the blend by log-loss, and for several classes a text the thresholds by F1. Deterministic. Without a text, temperatures
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
  const linearWeight = blendWeight(own, others, truth, multiLabel);
  return {
    ...{ temperature, linearTemperature, linearWeight },
    ...(multiLabel && {
      thresholds: thresholds(blended(own, others, linearWeight)),
      neuralThresholds: thresholds(own),
      linearThresholds: thresholds(others),
    }),
  };
}

/**
 * The weight of the second model with the least log-loss of the blend. A weak prior that is worth one text draws it to the
 * middle: a blend does little harm where few texts decide.
 */
function blendWeight(first: ClassScores, second: ClassScores, truth: Truth, multiLabel: boolean): number {
  const labels = trueClasses(first, truth, first[0]?.length ?? 0, multiLabel);
  let [best, least] = [0.5, Infinity];
  for (let i = 0; i <= WEIGHTS; i++) {
    const weight = i / WEIGHTS;
    const prior = (2 * (weight - 0.5) ** 2) / Math.max(1, labels.length);
    const loss = logLoss(blended(first, second, weight), labels, multiLabel) + prior;
    if (loss < least) [best, least] = [weight, loss];
  }
  return best;
}
