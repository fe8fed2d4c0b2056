import { mul, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import type { TrainingPlugin } from '@ulmfit/trainer';
import { perturbationSettings, requireSize, type PerturbationOptions } from './perturbation-options.js';
import { requireWeight, weightAt } from './weight.js';
import { adding, WordsOfTexts, type WordsContext } from './words-of-texts.js';

/** What adversarial plugins need of a batch: int32 `[batch, time]`. */
export interface TextsBatch {
  readonly ids: Tensor2D;
}

/** The tap that they use: the words that a model has looked up, `[time, rows, features]`. */
export interface WordsTap {
  readonly embedding: WordsContext;
}

/**
 * Adversarial training of text (Miyato, Dai and Goodfellow 2017, equations 3 and 4): the task's loss again, with each
 * text's word vectors moved by `size` in the direction that raises it most, its gradient, treated as a constant. The dropouts draw the
 * batch's own masks. Two more passes a batch. A loss term `adversarial`.
 * @throws UlmfitError `BAD_OPTION`; in training `BAD_LAYOUT` where the tap is not time-major, `BAD_BATCH` where it does not tell
 *   which texts its rows are
 * @example
 * await trainer.fit({ stage: 'all', train, epochs: 10, lr: 5e-3, plugins: [adversarialTraining({ share: 0.02 })] });
 */
export function adversarialTraining(
  options: PerturbationOptions = {},
): TrainingPlugin<TextsBatch, unknown, WordsTap> {
  const name = 'adversarialTraining';
  const { weight = 1 } = options;
  const size = requireSize(name, options);
  requireWeight(`${name}: weight`, weight);
  return {
    name,
    settings: perturbationSettings(options),
    taps: ['embedding'],
    auxiliary: (passes, ctx) => {
      const factor = weightAt(`${name}: weight`, weight, ctx);
      if (factor === 0) return;
      const { batch } = passes;
      const words = new WordsOfTexts(name, batch.ids.shape[0]);
      try {
        tidy(() => {
          const loss = (output: unknown) => passes.taskLoss(output, batch);
          const slopes = passes.gradientsAt('embedding', batch, loss, { rewrite: { embedding: words.look } });
          const moved = adding(words.scaled(slopes, size));
          passes.learn('adversarial', batch, (output) => mul(loss(output), factor), {
            rewrite: { embedding: moved },
          });
        });
      } finally {
        words.dispose();
      }
    },
  };
}
