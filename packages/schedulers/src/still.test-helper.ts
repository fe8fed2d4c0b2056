import * as tf from '@tensorflow/tfjs-core';
import { parameter, parameterGroup, type Model, type OptimizerFactory } from '@ulmfit/trainer';

export interface Still {
  readonly model: Model<object, tf.Scalar>;
  readonly optimizer: OptimizerFactory;
}

/** A model of one weight, and an optimizer that leaves it alone: what remains are the rates. */
export function still(): Still {
  const w = parameter('w', 'weight', tf.zeros([1]));
  return {
    model: {
      name: 'still',
      groups: [parameterGroup('all', [w])],
      taps: [],
      forward: () => tf.sum(w.variable),
      loss: (output) => output,
      targets: () => 1,
      dispose: () => w.variable.dispose(),
    },
    optimizer: {
      defaults: {},
      create: () => ({
        name: 'still',
        step: () => undefined,
        reset: () => undefined,
        dispose: () => undefined,
        stateDict: () => ({ json: {}, tensors: {} }),
        loadStateDict: () => undefined,
      }),
    },
  };
}
