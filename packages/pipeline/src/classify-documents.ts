import { sigmoid, softmax } from '@tensorflow/tfjs-core';
import { classifierLoader, type TokenCorpus } from '@ulmfit/text';
import { disposeBatch, inferencePass, yieldToEvents } from '@ulmfit/trainer';
import type { TrainedClassifier } from './classifier-stage.js';

export interface ClassifyOptions {
  readonly batchSize?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onBatch?: (done: number, batches: number) => void;
}

/**
 * The probability of each class for each document, by softmax or, of a multi-label classifier, by sigmoid; in the documents' order. A document's figures depend on neither its
 * batch nor its padding.
 */
export async function classifyDocuments(
  { model, backwards }: TrainedClassifier,
  documents: TokenCorpus,
  { batchSize = 64, signal, onBatch }: ClassifyOptions = {},
): Promise<number[][]> {
  const probabilities: number[][] = new Array<number[]>(documents.length);
  const toProbabilities = model.config.multiLabel ? sigmoid : softmax;
  const loader = classifierLoader(documents, undefined, {
    batchSize,
    window: model.config.window,
    backwards,
  });
  const batches = loader.batches(0);
  let done = 0;
  for (const batch of loader.open({ epoch: 0, batch: 0 })) {
    signal?.throwIfAborted();
    try {
      const rows = inferencePass(
        (pass) => toProbabilities(model.forward(batch, pass).logits).arraySync() as number[][],
      );
      batch.indices.forEach((index, i) => (probabilities[index] = rows[i] as number[]));
    } finally {
      disposeBatch(batch);
    }
    onBatch?.(++done, batches);
    await yieldToEvents();
  }
  return probabilities;
}
