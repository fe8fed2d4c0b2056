import * as tf from '@tensorflow/tfjs-core';
import type { Architecture, Encoder } from '@ulmfit/awd-lstm';
import { embeddingLookup, randomKey, uniformValues } from '@ulmfit/kernels';
import { parameter, timeMajor, type TimeMajor } from '@ulmfit/trainer';

/** The only tap of {@link plainRnn}. */
export interface PlainRnnTaps {
  /** What the layer is given, `[time, batch, features]`. */
  input: TimeMajor;
}

export interface PlainRnnConfig {
  readonly vocabulary: number;
  readonly features: number;
}

/** `h = tanh(x + h U)` of TensorFlow.js' own operations, whose gradient would go on through all windows. */
export function plainRnn({ vocabulary, features }: PlainRnnConfig, seed = 1): Encoder<PlainRnnTaps> {
  const matrix = (name: string, rows: number) => {
    const values = uniformValues(rows * features, -0.5, 0.5, randomKey({ seed, stream: name }));
    return parameter(name, 'weight', tf.tensor2d(values, [rows, features]));
  };
  const [embedding, weight] = [matrix('embedding', vocabulary), matrix('layer.weight', features)];
  const start = parameter('layer.start', 'bias', tf.fill<tf.Rank.R2>([1, features], 0.1));
  const config: PlainRnnConfig = { vocabulary, features };
  return {
    architecture: plainRnns.name,
    config,
    embedding,
    features,
    groups: [{ name: 'layer', parameters: [weight, start] }],
    taps: ['input'],
    stepwise: true,
    // Learnt, and so on the tape.
    initialStates: (batch) => ({ h: tf.tile(start.variable, [batch, 1]) }),
    run(ids, states, pass) {
      const [batch, time] = ids.shape;
      const rows = embeddingLookup(embedding.variable, tf.transpose(ids));
      const x = pass.tap('input', rows, timeMajor);
      let h = states['h'] as tf.Tensor2D;
      const outputs = Array.from({ length: time }, (_, t) => {
        // Not by `tf.unstack`, which has no gradient where there is one step.
        const step = tf.reshape(tf.slice(x, [t, 0, 0], [1, batch, features]), [batch, features]);
        return (h = tf.tanh(tf.add(step, tf.matMul(h, weight.variable))));
      });
      return { output: tf.stack(outputs) as tf.Tensor3D, states: { h } };
    },
  };
}

export const plainRnns: Architecture<Encoder<PlainRnnTaps>> = {
  name: 'plain RNN',
  sizes: { features: 6 },
  create: ({ vocabulary, features }, { seed = 0 } = {}) =>
    plainRnn({ vocabulary, features: Number(features) }, seed),
};
