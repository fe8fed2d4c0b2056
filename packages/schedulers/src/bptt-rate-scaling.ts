import type { TrainingPlugin } from '@ulmfit/trainer';

/**
 * Scales the learning rate of each step, and of that step only, by the batch's `rateScale`: `length / bptt` for windows
 * of random length, since a fixed rate would favour short windows (AWD-LSTM, section 4.1); a batch without one counts as 1. With accumulated
 * micro-batches the update takes the first one's.
 * @example
 * const model = createLanguageModel({ vocabulary: 20, embedding: 4, hidden: 6 });
 * const train = languageModelLoader(corpus, { batchSize: 2, window: 5, jitter: { deviation: 2, shortest: 2 } });
 * const trainer = createTrainer({ model, optimizer: adam(), plugins: [bpttRateScaling()] });
 * await trainer.fit({ stage: 'pretrain', train, epochs: 1, lr: 1e-2 });
 */
export function bpttRateScaling(): TrainingPlugin<{ readonly rateScale?: number | undefined }> {
  let scale = 1;
  return {
    name: 'bpttRateScaling',
    beforeFit: () => {
      scale = 1;
    },
    beforeBatch: (_ctx, batch) => {
      scale = batch.rateScale ?? 1;
    },
    rate: () => scale,
  };
}
