import { abs, mean, mul, type Scalar } from '@tensorflow/tfjs-core';
import { requireNotNegative } from '@ulmfit/errors';
import type { ForwardPass, TrainingPlugin } from '@ulmfit/trainer';

/** What it needs of a model: with one that lacks the tap it does not compile. */
export interface ActivationL1Taps {
  /** The last layer's output after its dropout, `[time, batch, features]`. */
  readonly dropped: unknown;
}

/**
 * Adds `weight` times the mean size of the last layer's output to the loss.
 * @throws UlmfitError `BAD_OPTION`
 */
export function activationL1(weight: number): TrainingPlugin<unknown, unknown, ActivationL1Taps> {
  requireNotNegative('activationL1: weight', weight);
  const terms = new WeakMap<ForwardPass, Scalar>();
  return {
    name: 'activationL1',
    settings: { weight },
    taps: ['dropped'],
    observe: { dropped: (x, pass) => void terms.set(pass, mul(mean(abs(x)), weight)) },
    loss: ({ pass }) => {
      const term = terms.get(pass);
      return term && { l1: term };
    },
  };
}
