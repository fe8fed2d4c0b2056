import { presets, type Recipe } from '@ulmfit/pipeline';

/** Tiny, with every regulariser at its full rate, windows of varying length, and layers of sizes that differ. */
export const fullRateRecipe: Recipe = {
  ...presets.tiny,
  encoder: { embedding: 20, hidden: 28, layers: 3 },
  languageModel: {
    ...presets.tiny.languageModel,
    batchSize: 4,
    window: 12,
    jitter: true,
    dropouts: 'awdLstm',
    pretrain: { epochs: 2, lr: 5e-3, dropoutMultiplier: 1, divisor: 2.6 },
  },
};
