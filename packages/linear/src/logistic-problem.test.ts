import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogisticProblem, type SigmoidTargets, type SoftmaxTargets } from './logistic-problem.js';
import { minimizeLogistic } from './minimize-logistic.js';
import { Pacer } from './pacer.js';

const rows = {
  rows: 3,
  columnCount: 4,
  starts: Float64Array.of(0, 2, 5, 6),
  columns: Int32Array.of(0, 2, 0, 1, 3, 2),
  values: Float32Array.of(0.5, 1, 0.25, 0.75, 1, 0.5),
};
const softmax = (outputs: number): SoftmaxTargets => ({
  kind: 'softmax',
  classOf: Int32Array.of(0, 1, outputs - 1),
  rowWeights: Float64Array.of(1, 2, 0.5),
});
const sigmoid = (outputs: number): SigmoidTargets => ({
  kind: 'sigmoid',
  isPositive: Uint8Array.from({ length: 3 * outputs }, (_, i) => (i % 4 === 0 ? 1 : 0)),
  positiveWeights: Float64Array.from({ length: outputs }, (_, k) => 1 + k),
  negativeWeights: Float64Array.from({ length: outputs }, (_, k) => 1 / (1 + k)),
});
const problems = [
  ['softmax of 3', softmax(3), 3],
  ['softmax of 6', softmax(6), 6],
  ['one sigmoid', sigmoid(1), 1],
  ['5 sigmoids', sigmoid(5), 5],
] as const;
const make = (targets: SoftmaxTargets | SigmoidTargets, outputs: number) =>
  new LogisticProblem(rows, outputs, targets, 2, new Pacer(undefined));

async function valueAt(problem: LogisticProblem, weights: Float64Array): Promise<number> {
  const logits = new Float64Array(rows.rows * problem.outputs);
  await problem.logits(weights, logits);
  const squares = weights.subarray(0, problem.penalised).reduce((sum, w) => sum + w * w, 0);
  return problem.loss(logits) + squares / 2;
}

async function gradientAt(problem: LogisticProblem, weights: Float64Array): Promise<Float64Array> {
  const gradient = new Float64Array(problem.length);
  await valueAt(problem, weights);
  await problem.gradient(weights, gradient);
  return gradient;
}

const shifted = (weights: Float64Array, direction: Float64Array, by: number) =>
  weights.map((w, i) => w + by * (direction[i] as number));

describe('LogisticProblem', () => {
  it.each(problems)('has the derivatives that finite differences show: %s', async (_, targets, outputs) => {
    const problem = make(targets, outputs);
    const vector = fc
      .array(fc.double({ min: -2, max: 2, noNaN: true }), {
        minLength: problem.length,
        maxLength: problem.length,
      })
      .map((values) => Float64Array.from(values));
    await fc.assert(
      fc.asyncProperty(vector, vector, async (weights, direction) => {
        const step = 1e-5;
        const [above, below] = [shifted(weights, direction, step), shifted(weights, direction, -step)];
        const slope = ((await valueAt(problem, above)) - (await valueAt(problem, below))) / (2 * step);
        const gradient = await gradientAt(problem, weights);
        const dot = gradient.reduce((sum, g, i) => sum + g * (direction[i] as number), 0);
        expect(Math.abs(dot - slope)).toBeLessThan(1e-6 * (1 + Math.abs(slope)));

        const product = new Float64Array(problem.length);
        const along = new Float64Array(rows.rows * outputs);
        const diagonal = new Float64Array(problem.length);
        await problem.hessianTimes(direction, product, along);
        await problem.diagonal(diagonal);
        const logits = new Float64Array(along.length);
        await problem.logits(direction, logits);
        expect(along).toEqual(logits);
        const [after, before] = [await gradientAt(problem, above), await gradientAt(problem, below)];
        product.forEach((value, i) => {
          const difference = ((after[i] as number) - (before[i] as number)) / (2 * step);
          expect(Math.abs(value - difference)).toBeLessThan(1e-5 * (1 + Math.abs(difference)));
        });
        await valueAt(problem, weights);
        for (let i = 0; i < problem.length; i += 3) {
          const unit = new Float64Array(problem.length);
          unit[i] = 1;
          await problem.hessianTimes(unit, product, along);
          expect(diagonal[i]).toBeCloseTo(product[i] as number, 9);
        }
      }),
      { numRuns: 15 },
    );
  });

  it.each(problems)('has no gradient at its minimum: %s', async (_, targets, outputs) => {
    const problem = make(targets, outputs);
    const solution = await minimizeLogistic(problem, { tolerance: 1e-10, total: 3, maxSteps: 100 });
    expect(Math.max(...(await gradientAt(problem, solution)).map(Math.abs))).toBeLessThan(1e-8);
  });
});
