import type { ClassScores } from './class-scores.js';

/**
 * Softmax over the classes, or the sigmoid of each where a text has several, of logits divided by a temperature.
 * @example
 * probabilitiesOf([[2, 0]], false); // [[0.881, 0.119]]
 */
export const probabilitiesOf = (logits: ClassScores, multiLabel: boolean, temperature = 1): number[][] =>
  logits.map((row) =>
    multiLabel ? row.map((x) => sigmoid(x / temperature)) : softmax(row.map((x) => x / temperature)),
  );

/**
 * Logits that have these probabilities; finite where a probability is 0 or 1.
 * @example
 * probabilitiesOf(logitsOf([[0.9, 0.1]], false), false); // [[0.9, 0.1]]
 */
export const logitsOf = (probabilities: ClassScores, multiLabel: boolean): number[][] =>
  probabilities.map((row) =>
    row.map((p) =>
      multiLabel
        ? Math.log(Math.max(p, LEAST)) - Math.log(Math.max(1 - p, LEAST))
        : Math.log(Math.max(p, LEAST)),
    ),
  );

const LEAST = 1e-12;

/**
 * `1 / (1 + exp(-x))`.
 * @example
 * sigmoid(0); // 0.5
 */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function softmax(row: readonly number[]): number[] {
  const highest = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const each = row.map((x) => Math.exp(x - highest));
  const sum = each.reduce((a, b) => a + b, 0);
  return each.map((x) => x / sum);
}
