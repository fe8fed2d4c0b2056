import type { Tensor2D } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import { classifierLoader, type TokenCorpus } from '@ulmfit/text';
import { disposeBatch, inferencePass, yieldToEvents } from '@ulmfit/trainer';
import type { ReadingClassifier } from './decided-classifier.js';

export interface DocumentLogitsOptions {
  /** Documents that are read at once: it changes the speed, never the figures. Default 64. */
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onBatch?: ((done: number, batches: number) => void) | undefined;
}

/**
 * The logit of each class for each document, in the documents' order. A document's logits depend on neither its batch nor
 * its padding.
 * @throws UlmfitError `BAD_WEIGHTS` where one is not finite
 * @example
 * const { classifier } = classifierFromBundle(readBundle('model'), 'model');
 * const [logits] = await documentLogits(classifier, corpus, { batchSize: 32 }); // one for each class
 */
export async function documentLogits(
  { model, backwards }: Pick<ReadingClassifier, 'model' | 'backwards'>,
  documents: TokenCorpus,
  { batchSize = 64, signal, onBatch }: DocumentLogitsOptions = {},
): Promise<number[][]> {
  const logits: number[][] = new Array<number[]>(documents.length);
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
      const rows = await rowsOf(inferencePass((pass) => model.forward(batch, pass).logits));
      batch.indices.forEach((index, i) => (logits[index] = finite(rows[i] as number[], index)));
    } finally {
      disposeBatch(batch);
    }
    onBatch?.(++done, batches);
    await yieldToEvents();
  }
  return logits;
}

/** Not at once: a graphics card may only be read when it has done its work. */
async function rowsOf(logits: Tensor2D): Promise<number[][]> {
  try {
    return await logits.array();
  } finally {
    logits.dispose();
  }
}

function finite(row: number[], index: number): number[] {
  if (row.every(Number.isFinite)) return row;
  throw new UlmfitError(
    'BAD_WEIGHTS',
    `document ${index + 1}: the model's scores are not finite: its weights are unusable; copy or train the model again`,
  );
}
