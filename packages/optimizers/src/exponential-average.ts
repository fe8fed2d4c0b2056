import { add, dispose, keep, mul, sub, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { requireBelowOne } from '@ulmfit/errors';
import { requireState, type StateDict, type TrainingContext, type TrainingPlugin } from '@ulmfit/trainer';

export interface ExponentialAverageOptions {
  /** The share of the old mean that stays at each update, from 0 and below 1. Default .999. */
  readonly decay?: number;
}

/**
 * Validates, keeps and exports an exponential moving average of the weights instead of the weights: after update `n` it is
 * `d x mean + (1 - d) x weights` with `d = min(decay, n / (n + 9))`, so that the first steps count little in the end
 * (TensorFlow's `ExponentialMovingAverage` with `num_updates`). Training continues from the weights themselves. Each fit
 * starts a new mean; the last one stays until the next fit, or until `dispose`.
 * @throws UlmfitError `BAD_OPTION`; `STATE_MISMATCH` for a state that is of other parameters
 * @example
 * const trainer = createTrainer({ model, optimizer: adam(), plugins: [exponentialAverage({ decay: 0.99 })] });
 */
export function exponentialAverage({ decay = 0.999 }: ExponentialAverageOptions = {}): ExponentialAverage {
  requireBelowOne('exponentialAverage: decay', decay);
  let updates = 0;
  let means: Record<string, Tensor> = {};
  const clear = () => {
    dispose(means);
    means = {};
    updates = 0;
  };
  const update = ({ groups }: TrainingContext) => {
    updates++;
    const share = Math.min(decay, updates / (updates + 9));
    for (const { name, variable } of groups.unfrozen) {
      const old = means[name];
      // By the difference: a mean of equal weights stays what it is, to the last bit.
      means[name] = keep(
        tidy(() => (old ? add(variable, mul(sub(old, variable), share)) : variable.clone())),
      );
      old?.dispose();
    }
  };
  return {
    name: 'exponentialAverage',
    settings: { decay },
    beforeFit: clear,
    afterStep: update,
    evaluationWeights: () => (updates > 0 ? means : undefined),
    stateDict: () => ({ json: { updates, names: Object.keys(means) }, tensors: { ...means } }),
    loadStateDict(saved: StateDict<{ updates: number; names: string[] }>) {
      const { json, tensors } = saved;
      requireState('exponentialAverage', saved, ['updates', 'names'], json.names);
      const copies = json.names.map((name) => [name, keep((tensors[name] as Tensor).clone())] as const);
      clear();
      means = Object.fromEntries(copies);
      updates = json.updates;
    },
    dispose: clear,
  };
}

/** See `exponentialAverage`. */
export interface ExponentialAverage extends TrainingPlugin {
  /** Frees the mean. */
  dispose(): void;
}
