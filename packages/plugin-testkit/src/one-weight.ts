import * as tf from '@tensorflow/tfjs-core';
import { parameter, parameterGroup, type Cursor, type Loader, type Model } from '@ulmfit/trainer';

/** A model of one weight `w`, from 0, whose loss it is: its gradient is always 1. */
export function oneWeight(): Model<object, tf.Scalar> {
  const w = parameter('w', 'weight', tf.zeros([1]));
  return {
    name: 'one weight',
    groups: [parameterGroup('all', [w])],
    taps: [],
    forward: () => tf.sum(w.variable),
    loss: (output) => output,
    targets: () => 1,
    dispose: () => w.variable.dispose(),
  };
}

/** So many batches an epoch, with nothing in them. */
export const emptyBatches = (count: number) =>
  ({
    batches: () => count,
    *open({ batch }: Cursor) {
      for (let i = batch; i < count; i++) yield {};
    },
  }) satisfies Loader<object>;
