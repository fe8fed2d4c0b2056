import { abs, mean, mul, type Scalar } from '@tensorflow/tfjs-core';
import type { TrainingPlugin } from '@ulmfit/trainer';

/** Adds the mean size of the last layer's output to the loss; a model without that tap does not compile with it. */
export function activationL1(weight: number): TrainingPlugin<unknown, unknown, { dropped: unknown }> {
  let term: Scalar | undefined;
  return {
    name: 'activationL1',
    settings: { weight },
    taps: ['dropped'],
    observe: { dropped: (x) => void (term = mul(mean(abs(x)), weight)) },
    loss: () => term && { l1: term },
  };
}
