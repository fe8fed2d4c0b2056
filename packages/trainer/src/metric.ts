/** Something measured in validation: a weighted mean over batches. */
export interface Metric<Batch = unknown, Output = unknown> {
  readonly name: string;
  /** The batch's sum and its weight; called within a tidy. */
  readonly measure: (output: Output, batch: Batch) => { sum: number; weight: number };
  /** What is shown of the mean; the mean itself unless given. */
  readonly finish?: (mean: number) => number;
}
