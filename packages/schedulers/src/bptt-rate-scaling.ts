import type { TrainingPlugin } from '@ulmfit/trainer';

/**
 * Scales the learning rate of each step, and of that step only, by the batch's `rateScale`: `length / bptt` for windows
 * of random length, since a fixed rate would favour short windows (AWD-LSTM, section 4.1); a batch without one counts as 1. With accumulated
 * micro-batches the update takes the first one's.
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
