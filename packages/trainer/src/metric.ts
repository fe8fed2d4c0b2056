import { UlmfitError } from '@ulmfit/errors';

/** Something measured in validation: a weighted mean over batches. */
export interface Metric<Batch = unknown, Output = unknown> {
  readonly name: string;
  /** The batch's sum and its weight; called within a tidy. */
  readonly measure: (output: Output, batch: Batch) => { sum: number; weight: number };
  /** What is shown of the mean; the mean itself unless given. */
  readonly finish?: (mean: number) => number;
}

/** @throws UlmfitError `BAD_OPTION` when two figures would share a name; the loss is one of them. */
export function checkMetrics(metrics: readonly Pick<Metric, 'name'>[]): void {
  const seen = new Set(['loss']);
  for (const { name } of metrics) {
    if (seen.has(name)) {
      throw new UlmfitError('BAD_OPTION', `metrics: ${name} is there twice; give one another name`);
    }
    seen.add(name);
  }
}
