import { blended, predictedClasses, type ClassScores } from '@ulmfit/inference';
import { classCounts, precisionRecall, totalCounts } from './class-figures.js';
import { logLoss } from './log-loss.js';
import { chooseThresholds } from './thresholds.js';

/** Steps of the weight from 0 to 1. */
const STEPS = 20;
/** Standard errors from which on a difference is more than chance. */
const SURE = 2;

/**
 * The weight of the second model in a blend of both models' logits, from 0 to 1.
 *
 * With one class a text it is that of the least log-loss, chosen with care, since a blend should cost nothing:
 *
 * - A weak prior that is worth one text draws it to the middle, where few texts decide.
 * - Where one model is surely better than the other and the blend is not surely better than that one, that one is used alone. Surely: by
 *   two standard errors of the difference between the texts' losses.
 * - Where the blend has fewer texts right than the better model, the weight moves towards that model until it has as many:
 *   log-loss may fall while accuracy does too.
 *
 * With several classes a text it is that of the highest micro-averaged F1, as thresholds are chosen by F1: log-loss counts the many
 * classes that a text hasn't, and gave models a say that had learned little else. Of equal ones the least log-loss decides.
 * @param labels the classes of each text
 */
export function blendWeight(
  first: ClassScores,
  second: ClassScores,
  labels: readonly (readonly number[])[],
  multiLabel: boolean,
): number {
  const blends = Array.from({ length: STEPS + 1 }, (_, step) =>
    blended(first, second, step / STEPS, { blendOf: 'logits', multiLabel }),
  );
  const losses = blends.map((blend, step) => {
    const prior = (2 * (step / STEPS - 0.5) ** 2) / Math.max(1, labels.length);
    const loss = logLoss(blend, labels, multiLabel) + prior;
    return Number.isNaN(loss) ? Infinity : loss;
  });
  const chosen = multiLabel
    ? bestStep(
        blends.map((blend) => microF1(blend, labels)),
        losses,
      )
    : carefulStep(blends, losses, labels);
  return chosen / STEPS;
}

/** The step with the highest score, of equal ones that with the least loss; the middle where nothing is a number. */
function bestStep(scores: readonly number[], losses: readonly number[]): number {
  const isBetter = (step: number, best: number) => {
    const difference = (scores[step] ?? NaN) - (scores[best] ?? NaN);
    return difference > 0 || (difference === 0 && (losses[step] ?? NaN) < (losses[best] ?? NaN));
  };
  let best = STEPS / 2;
  for (let step = 0; step <= STEPS; step++) if (isBetter(step, best)) best = step;
  return best;
}

/** @param losses of each blend */
function carefulStep(
  blends: readonly ClassScores[],
  losses: readonly number[],
  labels: readonly (readonly number[])[],
): number {
  const least = losses.reduce((best, loss, step) => (loss < (losses[best] ?? NaN) ? step : best), STEPS / 2);
  const lossesAt = (step: number) =>
    (blends[step] ?? []).map((row, i) => logLoss([row], [labels[i] ?? []], false));
  const [own, others] = [lossesAt(0), lossesAt(STEPS)];
  const [end, better, worse] = mean(others) < mean(own) ? [STEPS, others, own] : [0, own, others];
  const isAlone = isSurelyLower(better, worse) && !isSurelyLower(lossesAt(least), better);
  return keepRight(
    blends.map((blend) => rightTexts(blend, labels)),
    isAlone ? end : least,
  );
}

/** The step nearest to the wanted one at which the blend has as many texts right as the better model alone. */
function keepRight(right: readonly number[], wanted: number): number {
  const [own = 0, others = 0] = [right[0], right[STEPS]];
  const end = others > own ? STEPS : 0;
  let step = wanted;
  while (step !== end && (right[step] ?? 0) < Math.max(own, others)) step += Math.sign(end - step);
  return step;
}

/** The texts whose most probable class is theirs. */
const rightTexts = (rows: ClassScores, labels: readonly (readonly number[])[]): number =>
  rows.filter((row, i) => predictedClasses(row, { multiLabel: false })[0] === labels[i]?.[0]).length;

/** At the thresholds that these very texts choose. */
function microF1(rows: ClassScores, labels: readonly (readonly number[])[]): number {
  const thresholds = chooseThresholds(rows, labels);
  const predicted = rows.map((row) => predictedClasses(row, { multiLabel: true, thresholds }));
  return precisionRecall(totalCounts(classCounts(predicted, labels, thresholds.length))).f1;
}

function isSurelyLower(a: readonly number[], b: readonly number[]): boolean {
  const differences = b.map((loss, i) => loss - (a[i] ?? NaN));
  const average = mean(differences);
  const variance = differences.reduce((sum, d) => sum + (d - average) ** 2, 0) / (differences.length - 1);
  return average > SURE * Math.sqrt(variance / differences.length);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
