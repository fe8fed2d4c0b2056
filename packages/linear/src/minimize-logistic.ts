import type { LogisticProblem } from './logistic-problem.js';

export interface MinimizeOptions {
  /** Ends where no derivative of the mean loss is larger, as `tol` of scikit-learn's `lbfgs`. */
  readonly tolerance: number;
  /** What all rows count together: the mean is over it. */
  readonly total: number;
  /** Newton steps at most. */
  readonly maxSteps: number;
  /** Called after each step with how far it is, 0 .. 1. */
  readonly onStep?: ((step: number, gradient: number) => void) | undefined;
}

/**
 * The minimum of a logistic problem, by a truncated Newton method: each step's direction by conjugate gradients on the Hessian
 * (preconditioned by its diagonal), its length by backtracking. It takes some fifty passes over the rows where plain
 * L-BFGS takes two hundred, keeps 6 vectors where that keeps 25, and starts from zero, so it gives the same weights at each run.
 *
 * This is a solver of its own, not a `Model` of the trainer: the trainer's tensors are dense, its steps are batches, and a
 * convex problem has a minimum to be found to the last digit, not approached.
 *
 * Lin, Weng and Keerthi, "Trust region Newton method for large-scale logistic regression" (JMLR 2008); Galli and Lin, "A study
 * on truncated Newton methods for linear classification" (2021), for line search instead of the region.
 */
export async function minimizeLogistic(
  problem: LogisticProblem,
  { tolerance, total, maxSteps, onStep }: MinimizeOptions,
): Promise<Float64Array> {
  const { length, penalised, c } = problem;
  const weights = new Float64Array(length);
  const gradient = new Float64Array(length);
  const scale = new Float64Array(length);
  const direction = new Float64Array(length);
  const residual = new Float64Array(length);
  const conjugate = new Float64Array(length);
  const product = new Float64Array(length);
  const logits = new Float64Array(problem.rows.rows * problem.outputs);
  const along = new Float64Array(logits.length);
  const step = new Float64Array(logits.length);
  const trial = new Float64Array(logits.length);

  let loss = problem.loss(logits);
  let penalty = 0;
  let first = 0;
  for (let count = 1; count <= maxSteps; count++) {
    await problem.gradient(weights, gradient);
    const largest = maxAbs(gradient) / (c * total);
    onStep?.(count - 1, largest);
    if (largest <= tolerance) break;
    const norm = Math.sqrt(dot(gradient, gradient, length));
    if (count === 1) first = norm;

    await problem.diagonal(scale);
    for (let i = 0; i < length; i++) scale[i] = 1 / Math.max(scale[i] as number, 1e-12);
    // Conjugate gradients from zero: residual = -gradient - H direction.
    direction.fill(0);
    step.fill(0);
    for (let i = 0; i < length; i++) {
      residual[i] = -(gradient[i] as number);
      conjugate[i] = (residual[i] as number) * (scale[i] as number);
    }
    let size = dot(residual, conjugate, length);
    const enough = Math.min(0.2, Math.sqrt(norm / first)) ** 2 * size;
    for (let inner = 0; inner < 200 && size > enough; inner++) {
      await problem.hessianTimes(conjugate, product, along);
      const curvature = dot(conjugate, product, length);
      if (!(curvature > 0)) break;
      const rate = size / curvature;
      for (let i = 0; i < length; i++) {
        direction[i] = (direction[i] as number) + rate * (conjugate[i] as number);
        residual[i] = (residual[i] as number) - rate * (product[i] as number);
      }
      for (let i = 0; i < step.length; i++) step[i] = (step[i] as number) + rate * (along[i] as number);
      let next = 0;
      for (let i = 0; i < length; i++) next += (residual[i] as number) ** 2 * (scale[i] as number);
      const ratio = next / size;
      for (let i = 0; i < length; i++) {
        conjugate[i] = (residual[i] as number) * (scale[i] as number) + ratio * (conjugate[i] as number);
      }
      size = next;
    }

    // Backtracking needs no pass over the rows: the logits change in a line.
    const slope = dot(gradient, direction, length);
    const across = dot(weights, direction, penalised);
    const own = dot(direction, direction, penalised);
    let rate = 1;
    let isLower = false;
    for (let tries = 0; tries < 40; tries++, rate /= 2) {
      for (let i = 0; i < trial.length; i++) trial[i] = (logits[i] as number) + rate * (step[i] as number);
      const trialLoss = problem.loss(trial);
      const trialPenalty = penalty + rate * across + 0.5 * rate * rate * own;
      if (trialLoss + trialPenalty > loss + penalty + 1e-4 * rate * slope) continue;
      isLower = true;
      loss = trialLoss;
      penalty = trialPenalty;
      break;
    }
    if (!isLower) break; // as low as doubles can tell
    for (let i = 0; i < length; i++) weights[i] = (weights[i] as number) + rate * (direction[i] as number);
    logits.set(trial);
  }
  return weights;
}

function dot(a: Float64Array, b: Float64Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function maxAbs(values: Float64Array): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) max = Math.max(max, Math.abs(values[i] as number));
  return max;
}
