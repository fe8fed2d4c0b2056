import { UlmfitError } from '@ulmfit/errors';
import type { Metric } from '../model/metric.js';

/** Adds one metric up over batches, in double precision. */
export class MetricTotal<Batch, Output> {
  readonly #metric: Metric<Batch, Output>;
  #sums: number[] | undefined;

  constructor(metric: Metric<Batch, Output>) {
    this.#metric = metric;
  }

  /** @throws UlmfitError `BAD_OPTION` when a metric gives another number of sums than for the batches before */
  add(output: Output, batch: Batch): void {
    const metric = this.#metric;
    let measured: ArrayLike<number>;
    if (metric.reduce) {
      measured = metric.measure(output, batch);
    } else {
      const { sum, weight } = metric.measure(output, batch);
      measured = [sum, weight];
    }
    const sums = (this.#sums ??= new Array<number>(measured.length).fill(0));
    if (measured.length !== sums.length) {
      throw new UlmfitError(
        'BAD_OPTION',
        `metrics: ${metric.name} gives ${measured.length} sums for a batch after ${sums.length} before; return the same number each time`,
      );
    }
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (measured[i] as number);
  }

  /** The sums of all batches so far; none before the first. */
  get sums(): readonly number[] {
    return this.#sums ?? [];
  }
}

/** The figure that a metric makes of its sums. */
export function valueOfSums<Batch, Output>(metric: Metric<Batch, Output>, sums: readonly number[]): number {
  if (metric.reduce) return metric.reduce(sums);
  const [sum = 0, weight = 0] = sums;
  return metric.finish ? metric.finish(sum / weight) : sum / weight;
}
