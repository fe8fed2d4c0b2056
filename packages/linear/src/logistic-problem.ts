import type { Pacer } from './pacer.js';
import type { SparseRows } from './sparse-rows.js';

/** About how many multiplications lie between two looks at the clock. */
const CHUNK = 2 ** 19;

/** The targets of a softmax: one class a row. */
export interface SoftmaxTargets {
  readonly kind: 'softmax';
  /** The output of each row's class. */
  readonly classOf: Int32Array;
  /** How much each row counts. */
  readonly rowWeights: Float64Array;
}

/** The targets of independent sigmoids: any number of outputs a row. */
export interface SigmoidTargets {
  readonly kind: 'sigmoid';
  /** `[rows, outputs]`, 1 where the row has the output's class. */
  readonly isPositive: Uint8Array;
  /** How much a row with each output's class counts, and one without. */
  readonly positiveWeights: Float64Array;
  readonly negativeWeights: Float64Array;
}

/**
 * Logistic regression with an L2 penalty: `|W|² / 2 + C Σ loss`, the intercepts free. Weights are `[features + 1, outputs]`,
 * row-major, with the intercepts last. What goes over all rows lets events have their turn in between.
 */
export class LogisticProblem {
  /** The number of weights. */
  readonly length: number;
  /** The number of weights that the penalty is on: all before the intercepts. */
  readonly penalised: number;
  /** Of the last {@link LogisticProblem.loss}, `[rows, outputs]`. */
  readonly #probabilities: Float64Array;

  constructor(
    readonly rows: SparseRows,
    readonly outputs: number,
    readonly targets: SoftmaxTargets | SigmoidTargets,
    /** The inverse of the penalty's strength. */
    readonly c: number,
    readonly pacer: Pacer,
  ) {
    this.penalised = rows.columnCount * outputs;
    this.length = this.penalised + outputs;
    this.#probabilities = new Float64Array(rows.rows * outputs);
  }

  /** C times the loss of logits `[rows, outputs]`, without the penalty. The gradient and the curvature below are those there. */
  loss(logits: Float64Array): number {
    const { outputs, targets } = this;
    const p = this.#probabilities;
    let sum = 0;
    if (targets.kind === 'sigmoid') {
      const { isPositive, positiveWeights, negativeWeights } = targets;
      for (let i = 0, k = 0; i < logits.length; i++) {
        const z = logits[i] as number;
        const e = Math.exp(-Math.abs(z));
        p[i] = (z >= 0 ? 1 : e) / (1 + e);
        const y = isPositive[i] as number;
        const weight = (y === 1 ? positiveWeights[k] : negativeWeights[k]) as number;
        sum += weight * (Math.log1p(e) + Math.max(z, 0) - y * z);
        if (++k === outputs) k = 0;
      }
      return this.c * sum;
    }
    const { classOf, rowWeights } = targets;
    for (let row = 0, at = 0; row < classOf.length; row++, at += outputs) {
      let max = -Infinity;
      for (let k = 0; k < outputs; k++) max = Math.max(max, logits[at + k] as number);
      let total = 0;
      for (let k = 0; k < outputs; k++) {
        const e = Math.exp((logits[at + k] as number) - max);
        p[at + k] = e;
        total += e;
      }
      for (let k = 0; k < outputs; k++) p[at + k] = (p[at + k] as number) / total;
      const own = logits[at + (classOf[row] as number)] as number;
      sum += (rowWeights[row] as number) * (max + Math.log(total) - own);
    }
    return this.c * sum;
  }

  /** Fills `logits`, `[rows, outputs]`, with those of weights. */
  async logits(weights: Float64Array, logits: Float64Array): Promise<void> {
    await this.#overRows((row) => this.#gather(row, weights, logits, row * this.outputs));
  }

  /** Fills `gradient` with that of loss and penalty at `weights`, of whose logits {@link LogisticProblem.loss} was the last. */
  async gradient(weights: Float64Array, gradient: Float64Array): Promise<void> {
    const { outputs, targets, c } = this;
    const p = this.#probabilities;
    gradient.set(weights.subarray(0, this.penalised));
    gradient.fill(0, this.penalised);
    const residual = new Float64Array(outputs);
    await this.#overRows((row) => {
      const at = row * outputs;
      if (targets.kind === 'softmax') {
        const weight = c * (targets.rowWeights[row] as number);
        for (let k = 0; k < outputs; k++) residual[k] = weight * (p[at + k] as number);
        const own = targets.classOf[row] as number;
        residual[own] = (residual[own] as number) - weight;
      } else {
        for (let k = 0; k < outputs; k++) {
          const y = targets.isPositive[at + k] as number;
          const weight = (y === 1 ? targets.positiveWeights[k] : targets.negativeWeights[k]) as number;
          residual[k] = c * weight * ((p[at + k] as number) - y);
        }
      }
      this.#scatter(row, residual, gradient);
    });
  }

  /** Fills `product` with the Hessian times `direction`, and `along` with the logits of `direction`. */
  async hessianTimes(direction: Float64Array, product: Float64Array, along: Float64Array): Promise<void> {
    const { outputs, targets, c } = this;
    const p = this.#probabilities;
    product.set(direction.subarray(0, this.penalised));
    product.fill(0, this.penalised);
    const curved = new Float64Array(outputs);
    await this.#overRows((row) => {
      const at = row * outputs;
      this.#gather(row, direction, along, at);
      if (targets.kind === 'softmax') {
        const weight = c * (targets.rowWeights[row] as number);
        let mean = 0;
        for (let k = 0; k < outputs; k++) mean += (p[at + k] as number) * (along[at + k] as number);
        for (let k = 0; k < outputs; k++) {
          curved[k] = weight * (p[at + k] as number) * ((along[at + k] as number) - mean);
        }
      } else {
        for (let k = 0; k < outputs; k++) curved[k] = this.#curvature(at, k) * (along[at + k] as number);
      }
      this.#scatter(row, curved, product);
    });
  }

  /** Fills `diagonal` with that of the Hessian. */
  async diagonal(diagonal: Float64Array): Promise<void> {
    const { outputs } = this;
    diagonal.fill(1, 0, this.penalised);
    diagonal.fill(0, this.penalised);
    const curvatures = new Float64Array(outputs);
    await this.#overRows((row) => {
      for (let k = 0; k < outputs; k++) curvatures[k] = this.#curvature(row * outputs, k);
      this.#scatter(row, curvatures, diagonal, true);
    });
  }

  /** The second derivative of a row's loss by its logit `k`. */
  #curvature(at: number, k: number): number {
    const p = this.#probabilities[at + k] as number;
    const { targets } = this;
    if (targets.kind === 'softmax') {
      return this.c * (targets.rowWeights[at / this.outputs] as number) * p * (1 - p);
    }
    const weights = targets.isPositive[at + k] === 1 ? targets.positiveWeights : targets.negativeWeights;
    return this.c * (weights[k] as number) * p * (1 - p);
  }

  /** `out[at ...] = row · weights`. */
  #gather(row: number, weights: Float64Array, out: Float64Array, at: number): void {
    const { outputs, penalised } = this;
    const { starts, columns, values } = this.rows;
    const end = starts[row + 1] as number;
    if (outputs === 1) {
      let sum = weights[penalised] as number;
      for (let i = starts[row] as number; i < end; i++) {
        sum += (values[i] as number) * (weights[columns[i] as number] as number);
      }
      out[at] = sum;
      return;
    }
    // Four outputs at a time, so that their sums stay in registers.
    const from = starts[row] as number;
    let k = 0;
    for (; k + 4 <= outputs; k += 4) {
      let a = weights[penalised + k] as number;
      let b = weights[penalised + k + 1] as number;
      let c = weights[penalised + k + 2] as number;
      let d = weights[penalised + k + 3] as number;
      for (let i = from; i < end; i++) {
        const value = values[i] as number;
        const w = (columns[i] as number) * outputs + k;
        a += value * (weights[w] as number);
        b += value * (weights[w + 1] as number);
        c += value * (weights[w + 2] as number);
        d += value * (weights[w + 3] as number);
      }
      out[at + k] = a;
      out[at + k + 1] = b;
      out[at + k + 2] = c;
      out[at + k + 3] = d;
    }
    for (; k < outputs; k++) {
      let sum = weights[penalised + k] as number;
      for (let i = from; i < end; i++) {
        sum += (values[i] as number) * (weights[(columns[i] as number) * outputs + k] as number);
      }
      out[at + k] = sum;
    }
  }

  /** `out += rowᵀ · residual`, with the row's values squared on request. */
  #scatter(row: number, residual: Float64Array, out: Float64Array, isSquared = false): void {
    const { outputs, penalised } = this;
    const { starts, columns, values } = this.rows;
    const end = starts[row + 1] as number;
    for (let k = 0; k < outputs; k++) {
      out[penalised + k] = (out[penalised + k] as number) + (residual[k] as number);
    }
    if (outputs === 1) {
      const only = residual[0] as number;
      for (let i = starts[row] as number; i < end; i++) {
        const value = values[i] as number;
        const at = columns[i] as number;
        out[at] = (out[at] as number) + (isSquared ? value * value : value) * only;
      }
      return;
    }
    for (let i = starts[row] as number; i < end; i++) {
      const value = isSquared ? (values[i] as number) ** 2 : (values[i] as number);
      const to = (columns[i] as number) * outputs;
      for (let k = 0; k < outputs; k++) {
        out[to + k] = (out[to + k] as number) + value * (residual[k] as number);
      }
    }
  }

  async #overRows(visit: (row: number) => void): Promise<void> {
    const { rows, starts } = this.rows;
    let from = 0;
    for (let row = 0; row < rows; row++) {
      visit(row);
      const done = starts[row + 1] as number;
      if ((done - from) * this.outputs < CHUNK) continue;
      from = done;
      if (this.pacer.isDue()) await this.pacer.rest();
    }
  }
}
