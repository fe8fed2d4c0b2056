import { classCounts, precisionRecall, totalCounts } from './class-figures.js';
import { blended } from './decision.js';
import { logLoss } from './log-loss.js';
import { predictedClasses } from './predicted-classes.js';
import { chooseThresholds } from './thresholds.js';
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
 * - Where the blend has fewer texts right than the better model, the weight moves towards that model until it has as many:
 *   log-loss may fall while accuracy does too. With several classes a text the F1, micro and macro, stand for the texts.
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
  const isAlone = isSurelyLower(better, worse) && !isSurelyLower(losses(best), better);
  return keepRight(first, second, labels, isAlone ? end : best, multiLabel) / STEPS;
}

/** The step nearest to the wanted one at which the blend is as often right as the better model alone. */
function keepRight(
  first: ClassScores,
  second: ClassScores,
  labels: readonly (readonly number[])[],
  wanted: number,
  multiLabel: boolean,
): number {
  const right = (step: number) =>
    (multiLabel ? bothF1 : rightTexts)(blended(first, second, step / STEPS), labels);
  const [own, others] = [right(0), right(STEPS)];
  const end = others > own ? STEPS : 0;
  let step = wanted;
  while (step !== end && right(step) < Math.max(own, others)) step += Math.sign(end - step);
  return step;
}

/** The texts whose most probable class is theirs. */
const rightTexts = (rows: ClassScores, labels: readonly (readonly number[])[]): number =>
  rows.filter((row, i) => predictedClasses(row, { multiLabel: false })[0] === labels[i]?.[0]).length;

/** Micro and macro F1 together, at the thresholds that these very texts choose. */
function bothF1(rows: ClassScores, labels: readonly (readonly number[])[]): number {
  const thresholds = chooseThresholds(rows, labels);
  const predicted = rows.map((row) => predictedClasses(row, { multiLabel: true, thresholds }));
  const counts = classCounts(predicted, labels, thresholds.length);
  return precisionRecall(totalCounts(counts)).f1 + mean(counts.map((count) => precisionRecall(count).f1));
}

function isSurelyLower(a: readonly number[], b: readonly number[]): boolean {
  const differences = b.map((loss, i) => loss - (a[i] ?? NaN));
  const average = mean(differences);
  const variance = differences.reduce((sum, d) => sum + (d - average) ** 2, 0) / (differences.length - 1);
  return average > SURE * Math.sqrt(variance / differences.length);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
