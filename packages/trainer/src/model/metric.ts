import { UlmfitError } from '@ulmfit/errors';

/** Something measured in validation: a weighted mean over batches, or a figure made of sums over them. */
export type Metric<Batch = unknown, Output = unknown> = MeanMetric<Batch, Output> | SumsMetric<Batch, Output>;

/** A weighted mean over batches, such as accuracy. */
export interface MeanMetric<Batch = unknown, Output = unknown> {
  readonly name: string;
  /** The batch's sum and its weight; called within a tidy. */
  readonly measure: (output: Output, batch: Batch) => { sum: number; weight: number };
  /** What is shown of the mean; the mean itself unless given. */
  readonly finish?: (mean: number) => number;
  readonly reduce?: undefined;
}

/**
 * A figure that is no mean over batches, such as macro-F1, which is made of counts over all of them.
 * @example
 * const deviation: SumsMetric<unknown, { logits: Tensor }> = {
 *   name: 'deviation',
 *   measure({ logits }) {
 *     const values = Array.from(logits.dataSync());
 *     return [values.length, values.reduce((a, x) => a + x, 0), values.reduce((a, x) => a + x * x, 0)];
 *   },
 *   reduce: ([count = 0, total = 0, squares = 0]) => Math.sqrt(squares / count - (total / count) ** 2),
 * };
 */
export interface SumsMetric<Batch = unknown, Output = unknown> {
  readonly name: string;
  /** Numbers to be added up over batches, as many for each; called within a tidy. */
  readonly measure: (output: Output, batch: Batch) => ArrayLike<number>;
  /** The figure, of the sums over all batches. */
  readonly reduce: (sums: readonly number[]) => number;
}

/** @throws UlmfitError `BAD_OPTION` when two figures would share a name; the loss is one of them. */
export function checkMetrics(metrics: readonly Pick<Metric, 'name'>[]): void {
  const seen = new Set(['loss']);
  for (const { name } of metrics) {
    if (seen.has(name)) {
      throw new UlmfitError('BAD_OPTION', `metrics: ${name} is defined twice; rename one`);
    }
    seen.add(name);
  }
}
