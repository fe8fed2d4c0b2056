import { add, div, minimum, mul } from '@tensorflow/tfjs-core';
import { requirePositive } from '@ulmfit/errors';
import { globalNorm } from '@ulmfit/kernels';
import type { TrainingPlugin } from '@ulmfit/trainer';

/**
 * Scales all gradients by `min(1, maxNorm / (norm + 1e-6))`, where `norm` is the Euclidean norm of all of them together
 * (`torch.nn.utils.clip_grad_norm_`). Nothing is read back. Logs the norm before clipping as `gradNorm`. AWD-LSTM
 * has .25.
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * const trainer = createTrainer({ model, optimizer: adam(), plugins: [clipGlobalNorm(0.25)] });
 */
export function clipGlobalNorm(maxNorm: number): TrainingPlugin {
  requirePositive('clipGlobalNorm: maxNorm', maxNorm);
  return {
    name: 'clipGlobalNorm',
    settings: { maxNorm },
    // After whatever else changes the gradients: what is applied has the norm that is asked for.
    enforce: 'post',
    gradients: (gradients, _ctx, report) => {
      const norm = globalNorm(Object.values(gradients));
      report('gradNorm', norm);
      const coefficient = minimum(1, div(maxNorm, add(norm, 1e-6)));
      return Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, mul(g, coefficient)]));
    },
  };
}
