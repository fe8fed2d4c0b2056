import { clipByValue } from '@tensorflow/tfjs-core';
import { requirePositive } from '@ulmfit/errors';
import { globalNorm } from '@ulmfit/kernels';
import type { TrainingPlugin } from '@ulmfit/trainer';

/**
 * Cuts every element of every gradient to [-limit, limit]. Logs the norm before clipping as `gradNorm`, so that an
 * infinite gradient still stops the training.
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * const trainer = createTrainer({ model, optimizer: adam(), plugins: [clipValue(1)] });
 */
export function clipValue(limit: number): TrainingPlugin {
  requirePositive('clipValue: limit', limit);
  return {
    name: 'clipValue',
    settings: { limit },
    gradients: (gradients, _ctx, report) => {
      report('gradNorm', globalNorm(Object.values(gradients)));
      return Object.fromEntries(
        Object.entries(gradients).map(([name, g]) => [name, clipByValue(g, -limit, limit)]),
      );
    },
  };
}
