import { rateSlice } from '@ulmfit/discriminative';
import { showName, UlmfitError } from '@ulmfit/errors';
import { adam, clipGlobalNorm, fastaiDecays } from '@ulmfit/optimizers';
import { activationRegularization, temporalActivationRegularization } from '@ulmfit/regularizers';
import { learningRateSchedule, oneCyclePolicy, slantedTriangular } from '@ulmfit/schedulers';
import type { Model, OptimizerFactory, TrainingPlugin } from '@ulmfit/trainer';
import type { Recipe } from '../recipe/recipe.js';

/**
 * Plugins that stand beside the recipe's.
 * @throws UlmfitError `BAD_PLUGINS` where the recipe has one of the same name: it would act twice
 */
export function beside<Plugin extends { readonly name: string }>(
  ofRecipe: readonly { readonly name: string }[],
  plugins: readonly Plugin[],
): readonly Plugin[] {
  const twice = plugins.find(({ name }) => ofRecipe.some((own) => own.name === name));
  if (!twice) return plugins;
  throw new UlmfitError(
    'BAD_PLUGINS',
    `plugins: the recipe has ${showName(twice.name)} already; change it in the recipe, or give yours another name`,
  );
}

/**
 * Those of the recipe's plugins whose taps a model has: an encoder that is none of AWD-LSTM may have no layers between which to
 * drop, say.
 */
export const fitting = <Batch, Output, Taps>(
  { taps }: Model<Batch, Output, Taps>,
  plugins: readonly { readonly name: string; readonly taps?: readonly string[] }[],
): TrainingPlugin<Batch, Output, Taps>[] =>
  plugins.filter(
    // By name at run time: what a tap tells is looked at by the plugins themselves.
    (plugin): plugin is TrainingPlugin<Batch, Output, Taps> =>
      plugin.taps?.every((tap) => taps.some((own) => own === tap)) ?? true,
  );

/** The recipe's optimizer. */
export const recipeOptimizer = ({ optimizer }: Recipe): OptimizerFactory =>
  adam({ ...optimizer, decays: fastaiDecays });

/** What acts in every fit: the clipping. */
export const clipping = ({ clip }: Recipe): TrainingPlugin[] => (clip > 0 ? [clipGlobalNorm(clip)] : []);

/** The recipe's shape of the learning rate, which rises for the share `warmup` of the steps if that is given. */
export function schedulePlugins({ schedule }: Recipe, warmup?: number): TrainingPlugin[] {
  switch (schedule) {
    case 'one-cycle':
      return [oneCyclePolicy(warmup === undefined ? {} : { pctStart: warmup })];
    case 'stlr': {
      const shape = slantedTriangular(warmup === undefined ? {} : { cutFraction: warmup });
      return [learningRateSchedule(shape, { name: 'slantedTriangular' })];
    }
    case 'constant':
      return [];
  }
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
