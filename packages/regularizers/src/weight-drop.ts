import { requireBelowOne } from '@ulmfit/errors';
import { dropout } from '@ulmfit/kernels';
import type { TrainingPlugin } from '@ulmfit/trainer';
import type { WeightHhTap } from './taps.js';

/**
 * DropConnect on the recurrent weights (Merity et al. 2017, section 2): single elements of each layer's hidden-to-hidden
 * matrix, by one mask for all time steps of a forward pass. The raw weight is what is trained, and it is never touched.
 * @throws UlmfitError `BAD_RATE`
 * @example
 * const model = createLanguageModel({ vocabulary: 20, embedding: 4, hidden: 6 });
 * const trainer = createTrainer({ model, optimizer: adam(), plugins: [weightDrop(0.5)] });
 */
export function weightDrop(rate: number): TrainingPlugin<unknown, unknown, WeightHhTap> {
  requireBelowOne('weightDrop', rate, { code: 'BAD_RATE' });
  return {
    name: 'weightDrop',
    settings: { rate },
    taps: ['weightHh'],
    rewrite: { weightHh: (x, pass, { layer }) => dropout(x, rate, pass.random(`weightDrop/${layer}`)) },
  };
}
