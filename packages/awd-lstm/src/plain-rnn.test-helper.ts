import * as tf from '@tensorflow/tfjs-core';
import { embeddingLookup } from '@ulmfit/kernels';
import { parameter, timeMajor, type TimeMajor } from '@ulmfit/trainer';
import type { Architecture } from './architecture.js';
import { uniformParameter } from './awd-lstm.js';
import type { Encoder } from './encoder.js';

/** The only tap of {@link plainRnn}. */
export interface PlainRnnTaps {
  /** What the layer is given, `[time, batch, features]`. */
  input: TimeMajor;
}

export interface PlainRnnSizes {
  readonly vocabulary: number;
  readonly features: number;
}

/** `h = tanh(x + h U)` of TensorFlow.js' own operations, whose gradient would go on through all windows. */
export function plainRnn({ vocabulary, features }: PlainRnnSizes, seed = 1): Encoder<PlainRnnTaps> {
  const embedding = uniformParameter<tf.Rank.R2>('embedding', 'weight', [vocabulary, features], 0.5, seed);
  const weight = uniformParameter<tf.Rank.R2>('layer.weight', 'weight', [features, features], 0.5, seed);
  const start = parameter('layer.start', 'bias', tf.fill<tf.Rank.R2>([1, features], 0.1));
  return {
    architecture: 'plain RNN',
    config: { vocabulary, features } as PlainRnnSizes,
    embedding,
    features,
    groups: [{ name: 'layer', parameters: [weight, start] }],
    taps: ['input'],
    stepwise: true,
    // Learnt, and so on the tape.
    initialStates: (batch) => ({ h: tf.tile(start.variable, [batch, 1]) }),
    run(ids, states, pass) {
      const x = pass.tap('input', embeddingLookup(embedding.variable, tf.transpose(ids)), timeMajor);
      let h = states['h'] as tf.Tensor2D;
      const [time, batch] = x.shape;
      const outputs = Array.from({ length: time ?? 0 }, (_, t) => {
        // Not by `tf.unstack`, which has no gradient where there is one step.
        const step = tf.reshape(tf.slice(x, [t, 0, 0], [1, batch ?? 0, features]), [-1, features]);
        return (h = tf.tanh(tf.add(step, tf.matMul(h, weight.variable as tf.Tensor2D))));
      });
      return { output: tf.stack(outputs) as tf.Tensor3D, states: { h } };
    },
  };
}

export const plainRnns: Architecture<Encoder<PlainRnnTaps>> = {
  name: 'plain RNN',
  sizes: { features: 3 },
  create: ({ vocabulary, features }, { seed } = {}) =>
    plainRnn({ vocabulary, features: Number(features) }, seed),
};
