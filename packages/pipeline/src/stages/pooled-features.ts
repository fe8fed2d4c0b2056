import type { AnyEncoder, Classifier } from '@ulmfit/awd-lstm';
import { classifierLoader, type TokenCorpus } from '@ulmfit/text';
import { disposeBatch, inferencePass, yieldToEvents } from '@ulmfit/trainer';

/** A row for each document, one behind the other. */
export interface FeatureRows {
  /** Numbers of a row. */
  readonly features: number;
  /** `[documents, features]` */
  readonly values: Float32Array;
}

export interface PooledFeaturesOptions {
  /** Documents that are read at once. */
  readonly batchSize: number;
  readonly backwards: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onBatch?: ((done: number, batches: number) => void) | undefined;
}

/**
 * What a classifier pools of each document, without any dropout: its head's input. While the encoder is frozen that is all there is to
 * know of a document, and one pass does for any number of epochs.
 */
export async function pooledFeatures<E extends AnyEncoder>(
  model: Classifier<E>,
  documents: TokenCorpus,
  { batchSize, backwards, signal, onBatch }: PooledFeaturesOptions,
): Promise<FeatureRows> {
  const features = model.pooledFeatures;
  const values = new Float32Array(documents.length * features);
  const { window } = model.config;
  const loader = classifierLoader(documents, undefined, { batchSize, window, backwards });
  let done = 0;
  for (const batch of loader.open({ epoch: 0, batch: 0 })) {
    signal?.throwIfAborted();
    const pooled = inferencePass((pass) => model.forward(batch, pass).pooled);
    try {
      const rows = await pooled.data<'float32'>();
      batch.indices.forEach((index, i) =>
        values.set(rows.subarray(i * features, (i + 1) * features), index * features),
      );
    } finally {
      pooled.dispose();
      disposeBatch(batch);
    }
    onBatch?.(++done, loader.batches(0));
    await yieldToEvents();
  }
  return { features, values };
}

/** The mean and the unbiased variance of each feature over the rows, as BatchNorm's buffers hold them. */
export function featureStatistics({ features, values }: FeatureRows): {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
} {
  const rows = values.length / features;
  const mean = new Float64Array(features);
  values.forEach((value, i) => (mean[i % features] = (mean[i % features] ?? 0) + value / rows));
  const variance = new Float64Array(features);
  values.forEach((value, i) => {
    const off = value - (mean[i % features] ?? 0);
    variance[i % features] = (variance[i % features] ?? 0) + (off * off) / Math.max(1, rows - 1);
  });
  return { mean: Float32Array.from(mean), variance: Float32Array.from(variance) };
}
