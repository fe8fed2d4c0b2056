import { probabilitiesOf, type ClassScores } from '@ulmfit/inference';
import { logLoss } from './log-loss.js';
import { trueClasses, type Truth } from './truth.js';

const [LOWEST, HIGHEST] = [0.05, 20];
const GRID = 60;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** Of the logarithm: far below what changes a probability that is shown. */
const TOLERANCE = 1e-7;

/**
 * The temperature that logits are divided by so that probabilities say how often they are right (Guo et al. 2017, section
 * 4.2): it minimises the log-loss of a validation set, and changes no prediction of a task with one class a text.
 *
 * A weak prior that is worth one text, log(T) normal about 0, keeps it finite where every text is right. Deterministic.
 * 1 where there is no text or some logit is no number.
 * @throws UlmfitError `BAD_LABELS`
 * @example
 * const temperature = fitTemperature(validationLogits, validationLabels, { multiLabel: false });
 */
export function fitTemperature(
  logits: ClassScores,
  truth: Truth,
  { multiLabel }: { readonly multiLabel: boolean },
): number {
  const labels = trueClasses(logits, truth, logits[0]?.length ?? 0, multiLabel);
  if (logits.length === 0 || !logits.every((row) => row.every(Number.isFinite))) return 1;
  const loss = (log: number) =>
    logLoss(probabilitiesOf(logits, multiLabel, Math.exp(log)), labels, multiLabel) +
    log ** 2 / (2 * logits.length);
  const first = Math.log(LOWEST);
  const step = (Math.log(HIGHEST) - first) / GRID;
  let best = first;
  let least = Infinity;
  for (let i = 0; i <= GRID; i++) {
    const value = loss(first + i * step);
    if (value < least) [best, least] = [first + i * step, value];
  }
  return Math.exp(goldenSection(loss, best - step, best + step));
}

/** Where a function with one valley is least between two bounds. */
function goldenSection(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [fa, fb] = [f(a), f(b)];
  while (high - low > TOLERANCE) {
    if (fa <= fb) {
      [high, b, fb] = [b, a, fa];
      a = high - GOLDEN * (high - low);
      fa = f(a);
    } else {
      [low, a, fa] = [a, b, fb];
      b = low + GOLDEN * (high - low);
      fb = f(b);
    }
  }
  return (low + high) / 2;
}
