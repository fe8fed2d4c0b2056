import * as tf from '@tensorflow/tfjs-core';
import { parameter, parameterGroup, type Cursor, type Loader, type Model } from '@ulmfit/trainer';

/**
 * A model of one weight `w`, from 0, whose loss it is: its gradient is always 1.
 * @example
 * const trainer = createTrainer({ model: oneWeight(), optimizer: momentumSgd({ lr: 1 }) });
 * await trainer.fit({ stage: 'falls', train: emptyBatches(1), epochs: 1 }); // from 0 to -1
 */
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

/**
 * So many batches an epoch, with nothing in them.
 * @example
 * const trainer = createTrainer({ model: oneWeight(), optimizer: momentumSgd() });
 * await trainer.fit({ stage: 'counts', train: emptyBatches(3), epochs: 2 }); // 6 steps
 */
export const emptyBatches = (count: number) =>
  ({
    batches: () => count,
    *open({ batch }: Cursor) {
      for (let i = batch; i < count; i++) yield {};
    },
  }) satisfies Loader<object>;
