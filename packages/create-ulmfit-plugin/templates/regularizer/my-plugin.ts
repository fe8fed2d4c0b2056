import { abs, mean, mul, type Scalar } from '@tensorflow/tfjs-core';
import { requireNotNegative } from '@ulmfit/errors';
import type { ForwardPass, TrainingPlugin } from '@ulmfit/trainer';

/** What it needs of a model; with one that has no such tap it does not compile. */
export interface MyPluginTaps {
  /** The last layer's output after its dropout, `[time, batch, features]`. */
  readonly dropped: unknown;
}

/**
 * Adds `weight` times the mean size of the last layer's output to the loss, which drives small activations to 0.
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * const trainer = createTrainer({ model, optimizer: adam(), plugins: [myPlugin(0.1)] });
 */
export function myPlugin(weight: number): TrainingPlugin<unknown, unknown, MyPluginTaps> {
  requireNotNegative('myPlugin: weight', weight);
  // By pass: with several micro-batches an update there are several, and one that fails leaves nothing behind.
  const terms = new WeakMap<ForwardPass, Scalar>();
  return {
    name: 'myPlugin',
    settings: { weight },
    taps: ['dropped'],
    observe: {
      dropped: (x, pass) => {
        terms.set(pass, mul(mean(abs(x)), weight));
      },
    },
    loss: ({ pass }) => {
      const term = terms.get(pass);
      return term && { myPlugin: term };
    },
  };
}
