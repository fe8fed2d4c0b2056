import { rateSlice } from '@ulmfit/discriminative';
import { adam, clipGlobalNorm, fastaiDecays, type Adam } from '@ulmfit/optimizers';
import { activationRegularization, temporalActivationRegularization } from '@ulmfit/regularizers';
import { learningRateSchedule, oneCyclePolicy, slantedTriangular } from '@ulmfit/schedulers';
import type { OptimizerFactory, TrainingPlugin } from '@ulmfit/trainer';
import type { Recipe } from '../recipe/recipe.js';

/** The recipe's optimizer. */
export const recipeOptimizer = ({ optimizer }: Recipe): OptimizerFactory<Adam> =>
  adam({ ...optimizer, decays: fastaiDecays });

/** What acts in every fit: the clipping. */
export const clipping = ({ clip }: Recipe): TrainingPlugin[] => (clip > 0 ? [clipGlobalNorm(clip)] : []);

/** The recipe's shape of the learning rate, which rises for the share `warmup` of the steps if that is given. */
export function schedulePlugin({ schedule }: Recipe, warmup?: number): TrainingPlugin {
  return schedule === 'one-cycle'
    ? oneCyclePolicy(warmup === undefined ? {} : { pctStart: warmup })
    : learningRateSchedule(slantedTriangular(warmup === undefined ? {} : { cutFraction: warmup }), {
        name: 'slantedTriangular',
      });
}

/** AR and TAR, where their weight is not zero. */
export const activationTerms = ({ activationRegularization: { alpha, beta } }: Recipe) => [
  ...(alpha > 0 ? [activationRegularization(alpha)] : []),
  ...(beta > 0 ? [temporalActivationRegularization(beta)] : []),
];

/** Rates spread geometrically from `lr / spread` at the bottom to `lr` at the top; over the frozen groups as well. */
export const spreadRates = (lr: number, spread: number): TrainingPlugin => rateSlice(lr / spread, lr);

/** Begins a fit with a fresh optimizer, as fastai does when it freezes or unfreezes; a resumed fit keeps its own. */
export const freshOptimizer: TrainingPlugin = {
  name: 'freshOptimizer',
  beforeFit: (ctx) => {
    if (!ctx.resumed) ctx.optimizer.reset();
  },
};
