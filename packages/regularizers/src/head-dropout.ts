import { requireBelowOne, UlmfitError } from '@ulmfit/errors';
import { dropout } from '@ulmfit/kernels';
import type { TrainingPlugin } from '@ulmfit/trainer';
import type { HeadTap } from './taps.js';

/**
 * Plain dropout in the classifier's head, a rate for each of its blocks; fastai has `[0.4, 0.1]`.
 * @throws UlmfitError `BAD_RATE`; in training also when the head has more blocks than there are rates
 * @example
 * const model = createClassifier({ vocabulary: 20, embedding: 4, hidden: 6, classes: 2 });
 * const trainer = createTrainer({ model, optimizer: adam(), plugins: [headDropout([0.4, 0.1])] });
 */
export function headDropout(rates: readonly number[]): TrainingPlugin<unknown, unknown, HeadTap> {
  rates.forEach((rate, block) => requireBelowOne(`headDropout: block ${block}`, rate, { code: 'BAD_RATE' }));
  return {
    name: 'headDropout',
    settings: { rates: [...rates] },
    taps: ['head'],
    rewrite: {
      head: (x, pass, { block }) => {
        const rate = rates[block];
        if (rate === undefined) {
          throw new UlmfitError(
            'BAD_RATE',
            `headDropout: no rate for block ${block} of the head; there are ${rates.length}`,
          );
        }
        return dropout(x, rate, pass.random(`headDropout/${block}`));
      },
    },
  };
}
