import { blended } from './decision.js';
import { logLoss } from './log-loss.js';
import { predictedClasses } from './predicted-classes.js';
import type { ClassScores } from './truth.js';

/** Steps of the weight from 0 to 1. */
const STEPS = 20;
/** Standard errors from which on a difference is more than chance. */
const SURE = 2;

/**
 * The weight of the second model with the least log-loss of the blend, chosen with care, since a blend should cost nothing:
 *
 * - A weak prior that is worth one text draws it to the middle, where few texts decide.
 * - Where one model is surely better than the other and the blend is not surely better than that one, that one is used alone. Surely: by
 *   two standard errors of the difference between the texts' losses.
 * - With one class a text, where the blend has fewer texts right than the better model, the weight moves towards that model
 *   until it has as many: log-loss may fall while accuracy does too.
 * @param labels the classes of each text
 */
export function blendWeight(
  first: ClassScores,
  second: ClassScores,
  labels: readonly (readonly number[])[],
  multiLabel: boolean,
): number {
  let [best, least] = [STEPS / 2, Infinity];
  for (let step = 0; step <= STEPS; step++) {
    const prior = (2 * (step / STEPS - 0.5) ** 2) / Math.max(1, labels.length);
    const loss = logLoss(blended(first, second, step / STEPS), labels, multiLabel) + prior;
    if (loss < least) [best, least] = [step, loss];
  }

  const losses = (step: number) =>
    blended(first, second, step / STEPS).map((row, i) => logLoss([row], [labels[i] ?? []], multiLabel));
  const [own, others] = [losses(0), losses(STEPS)];
  const [end, better, worse] = mean(others) < mean(own) ? [STEPS, others, own] : [0, own, others];
  if (isSurelyLower(better, worse) && !isSurelyLower(losses(best), better)) return end / STEPS;
  return (multiLabel ? best : keepRight(first, second, labels, best)) / STEPS;
}

/** The step nearest to the wanted one at which the blend has as many texts right as the better model alone. */
function keepRight(
  first: ClassScores,
  second: ClassScores,
  labels: readonly (readonly number[])[],
  wanted: number,
): number {
  const right = (step: number) =>
    blended(first, second, step / STEPS).filter(
      (row, i) => predictedClasses(row, { multiLabel: false })[0] === labels[i]?.[0],
    ).length;
  const [own, others] = [right(0), right(STEPS)];
  const end = others > own ? STEPS : 0;
  let step = wanted;
  while (step !== end && right(step) < Math.max(own, others)) step += Math.sign(end - step);
  return step;
}

function isSurelyLower(a: readonly number[], b: readonly number[]): boolean {
  const differences = b.map((loss, i) => loss - (a[i] ?? NaN));
  const average = mean(differences);
  const variance = differences.reduce((sum, d) => sum + (d - average) ** 2, 0) / (differences.length - 1);
  return average > SURE * Math.sqrt(variance / differences.length);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
