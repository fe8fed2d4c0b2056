import type { AnyEncoder, Architecture, AwdLstmEncoder } from '@ulmfit/awd-lstm';
import { showName, UlmfitError } from '@ulmfit/errors';
import type { TrainingPlugin } from '@ulmfit/trainer';
import type { Recipe } from '../recipe/recipe.js';
import { planClassifier, planLanguageModel } from '../stages/plan-stage.js';
import { optimizerByStage, type StageOptimizers } from './optimizer-by-stage.js';
import { ofAnyEncoder, pluginsByStage, type StagePlugins } from './plugins-by-stage.js';
import type { RunOptions } from './run-options.js';
import type { OptimizerSettings, PluginSettings, RunSettings } from './run-settings.js';
import { trainedStages, type TrainedStage } from './stage-name.js';

/** What a run trains by, beside its recipe. */
export interface Training {
  readonly plugins: StagePlugins<AnyEncoder>;
  readonly architecture: Architecture | undefined;
  readonly optimizers: StageOptimizers;
  readonly observers: readonly TrainingPlugin[];
}

/**
 * What a run keeps of its plugins and optimizers. They can't be kept themselves: a run that is resumed is given them again, and held
 * to the names, and to the settings of those that tell them.
 * @throws UlmfitError `BAD_PLUGINS` where they don't go together or with a stage of the recipe, or what an optimizer throws
 */
export function trainingSettings(
  recipe: Recipe,
  { plugins, architecture, optimizers, observers }: Training,
): Pick<RunSettings, 'plugins' | 'optimizer'> {
  const used: Partial<Record<TrainedStage, readonly PluginSettings[]>> = {};
  const chosen: Partial<Record<TrainedStage, OptimizerSettings>> = {};
  for (const stage of trainedStages) {
    const own = plugins[stage];
    const optimizer = optimizers[stage];
    if (own.length > 0)
      used[stage] = own.map(({ name, settings }) => (settings === undefined ? name : { name, settings }));
    if (own.length === 0 && !optimizer) continue;
    if (stage === 'pretrain' && recipe.languageModel.pretrain === null) continue;
    const name =
      stage === 'classify'
        ? planClassifier({ recipe, architecture, optimizer, plugins: [...plugins.classify, ...observers] })
        : planLanguageModel(stage, {
            recipe,
            architecture,
            optimizer,
            plugins: [...plugins[stage], ...observers],
          });
    if (optimizer) chosen[stage] = { name, defaults: { ...optimizer.defaults } };
  }
  return { plugins: used, optimizer: chosen };
}

/** What is tried, as of `run`. */
export type PlanTrainingOptions<E extends AnyEncoder = AwdLstmEncoder> = Pick<
  RunOptions<E>,
  'plugins' | 'architecture' | 'optimizer'
>;

/**
 * Tries plugins and optimizers on the stages of a recipe, without training.
 * @returns the plugins and the optimizers by stage, as a run keeps them
 * @throws UlmfitError `BAD_PLUGINS` where they don't go together, `BAD_OPTION`, or what an optimizer throws
 * @example
 * planTraining(recipe, { plugins: { classify: [tokenCutoff(0.1)] }, optimizer: sgd() }); // throws where one does not fit
 */
export const planTraining = <E extends AnyEncoder = AwdLstmEncoder>(
  recipe: Recipe,
  { plugins, architecture, optimizer }: PlanTrainingOptions<E>,
): Pick<RunSettings, 'plugins' | 'optimizer'> =>
  trainingSettings(recipe, {
    plugins: ofAnyEncoder(pluginsByStage(plugins)),
    architecture,
    optimizers: optimizerByStage(optimizer),
    observers: [],
  });

/** @throws UlmfitError `BAD_PLUGINS` for one that would be missed in a run that is resumed without it */
export function requireNoState(observers: readonly TrainingPlugin[]): void {
  const stateful = observers.find(({ stateDict }) => stateDict);
  if (!stateful) return;
  throw new UlmfitError(
    'BAD_PLUGINS',
    `observers: ${showName(stateful.name)} has state; pass it in plugins instead`,
  );
}
