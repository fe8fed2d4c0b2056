import { mul, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { randomKey } from '@ulmfit/kernels';
import type { AuxiliaryPasses, TrainingContext, TrainingPlugin } from '@ulmfit/trainer';
import type { TextsBatch, WordsTap } from './adversarial-training.js';
import { divergence, type LabelOptions } from './divergence.js';
import { perturbationSettings, requireSize, type PerturbationOptions } from './perturbation-options.js';
import { UnlabelledBatches, type ReadyLoader } from './unlabelled-batches.js';
import { requireWeight, weightAt } from './weight.js';
import { adding, WordsOfTexts } from './words-of-texts.js';

export interface VirtualAdversarialOptions<Batch> extends PerturbationOptions, LabelOptions {
  /** Texts without labels, a batch beside each training batch. Default: the training batches themselves. */
  readonly unlabelled?: ReadyLoader<NoInfer<Batch>> | undefined;
}

/** What the plugins need of a model's output: `[batch, classes]`. */
export interface LogitsOutput {
  readonly logits: Tensor2D;
}

/**
 * Virtual adversarial training of text (Miyato, Dai and Goodfellow 2017, equations 5 to 7): a prediction should stay the
 * same when the text's word vectors move a little in the direction that changes it most. No labels are needed: the divergence of the moved text's
 * classes from those of the text itself is the loss. The direction is found by one power iteration from a random direction. Four
 * more passes a batch. A loss term `virtualAdversarial`.
 *
 * With few labels it can do harm at full weight from the start: let the weight rise, `weight: rampUp()`.
 * @throws UlmfitError `BAD_OPTION`; in training `BAD_LAYOUT`, `BAD_BATCH` as `adversarialTraining` does, `NO_BATCHES`
 * @example
 * const unlabelled = classifierLoader(reviews, undefined, { batchSize: 32, shuffle: true, seed: 1 });
 * const plugins = [virtualAdversarialTraining({ unlabelled, weight: rampUp() })];
 * await trainer.fit({ stage: 'all', train, epochs: 10, lr: 5e-3, plugins });
 */
export function virtualAdversarialTraining<Batch extends TextsBatch = TextsBatch>(
  options: VirtualAdversarialOptions<Batch> = {},
): TrainingPlugin<Batch, LogitsOutput, WordsTap> {
  const name = 'virtualAdversarialTraining';
  const { weight = 1, unlabelled, multiLabel = false } = options;
  const size = requireSize(name, options);
  requireWeight(`${name}: weight`, weight);
  const more = unlabelled && new UnlabelledBatches(name, unlabelled);
  const learn = (
    passes: AuxiliaryPasses<Batch, LogitsOutput>,
    batch: Batch,
    ctx: TrainingContext,
    factor: number,
  ) => {
    const words = new WordsOfTexts(name, batch.ids.shape[0]);
    try {
      tidy(() => {
        const said = passes.run(batch, ({ logits }) => logits.clone(), {
          rewrite: { embedding: words.look },
        });
        const change = ({ logits }: LogitsOutput) => divergence(said, logits, { multiLabel });
        const { seed, stage, step, batch: microBatch } = ctx;
        const first = words.directions((call) =>
          randomKey({ seed, stage, stream: name, step, microBatch, call }),
        );
        const slopes = passes.gradientsAt('embedding', batch, change, {
          rewrite: { embedding: adding(words.scaled(first, size)) },
        });
        passes.learn('virtualAdversarial', batch, (output) => mul(change(output), factor), {
          rewrite: { embedding: adding(words.scaled(slopes, size)) },
        });
      });
    } finally {
      words.dispose();
    }
  };
  return {
    name,
    settings: { ...perturbationSettings(options), multiLabel, unlabelled: unlabelled !== undefined },
    taps: ['embedding'],
    auxiliary: (passes, ctx) => {
      const factor = weightAt(`${name}: weight`, weight, ctx);
      if (factor === 0) return;
      if (more) more.use(ctx, (batch) => learn(passes, batch, ctx, factor));
      else learn(passes, passes.batch, ctx, factor);
    },
    ...more?.hooks,
  };
}
