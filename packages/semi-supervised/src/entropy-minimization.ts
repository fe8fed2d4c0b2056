import { mul, type Scalar } from '@tensorflow/tfjs-core';
import type { TrainingPlugin } from '@ulmfit/trainer';
import { entropy, type LabelOptions } from './divergence.js';
import { UnlabelledBatches, type ReadyLoader } from './unlabelled-batches.js';
import type { LogitsOutput } from './virtual-adversarial-training.js';
import { requireWeight, weightAt, type Weight } from './weight.js';

export interface EntropyOptions<Batch> extends LabelOptions {
  /** Texts without labels, a batch beside each training batch. Default: the training batches themselves. */
  readonly unlabelled?: ReadyLoader<NoInfer<Batch>> | undefined;
  /** The weight of the loss term; by time, such as `rampUp()`, where there are few labels. Default 1. */
  readonly weight?: Weight | undefined;
}

/**
 * Entropy minimisation (Grandvalet and Bengio 2005; as a term beside others in Sachan et al. 2019, section 3.4): the model
 * should be confident on unlabelled texts. By itself it may make a wrong model more confident. One more pass a batch of unlabelled
 * texts, none without them. A loss term `entropy`.
 * @throws UlmfitError `BAD_OPTION`; in training `NO_BATCHES`
 * @example
 * const plugins = [virtualAdversarialTraining({ unlabelled }), entropyMinimization({ unlabelled, weight: 0.5 })];
 */
export function entropyMinimization<Batch = unknown>(
  options: EntropyOptions<Batch> = {},
): TrainingPlugin<Batch, LogitsOutput> {
  const name = 'entropyMinimization';
  const { weight = 1, unlabelled, multiLabel = false } = options;
  requireWeight(`${name}: weight`, weight);
  const settings = {
    ...(typeof weight === 'number' && { weight }),
    multiLabel,
    unlabelled: unlabelled !== undefined,
  };
  let factor = 0;
  const term = ({ logits }: LogitsOutput): Scalar => mul<Scalar>(entropy(logits, { multiLabel }), factor);
  if (!unlabelled) {
    return {
      name,
      settings,
      beforeBatch: (ctx) => void (factor = weightAt(`${name}: weight`, weight, ctx)),
      loss: ({ output }) => (factor === 0 ? undefined : { entropy: term(output) }),
    };
  }
  const more = new UnlabelledBatches(name, unlabelled);
  return {
    name,
    settings,
    auxiliary: (passes, ctx) => {
      factor = weightAt(`${name}: weight`, weight, ctx);
      if (factor === 0) return;
      more.use(ctx, (batch) => passes.learn('entropy', batch, term));
    },
    ...more.hooks,
  };
}
