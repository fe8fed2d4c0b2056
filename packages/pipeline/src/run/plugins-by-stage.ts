import type { AnyEncoder, AwdLstmEncoder } from '@ulmfit/awd-lstm';
import { brief, nearest, showName, UlmfitError } from '@ulmfit/errors';
import { flatPlugins, requirePlugin, type PluginList, type TrainingPlugin } from '@ulmfit/trainer';
import { trainedStages, type TrainedStage } from './stage-name.js';
import type {
  AnyStagePlugins,
  ClassifierPlugin,
  ClassifierPlugins,
  LanguageModelPlugin,
  LanguageModelPlugins,
} from '../stages/stage-plugin.js';

/**
 * Plugins, or a function that makes them. The function is called for each stage, so that a plugin that keeps a state
 * begins each stage afresh; plugins without a state may be shared.
 */
export type MadePlugins<List> = List | (() => List);

/**
 * Plugins by the stage that they are for, beside the recipe's. What a stage's model has not, such as a tap, does not compile.
 * @example
 * const plugins: PluginsByStage = {
 *   all: () => [reduceOnPlateau()],
 *   classify: [tokenCutoff(0.1)],
 * };
 */
export interface PluginsByStage<E = AwdLstmEncoder> {
  /** Of every stage. They may use the taps that both models have. */
  readonly all?: MadePlugins<AnyStagePlugins<E>> | undefined;
  readonly pretrain?: MadePlugins<LanguageModelPlugins<E>> | undefined;
  readonly finetune?: MadePlugins<LanguageModelPlugins<E>> | undefined;
  /** Of every fit of the classifier. */
  readonly classify?: MadePlugins<ClassifierPlugins<E>> | undefined;
}

/** The plugins of each stage, in their order: first those of all. */
export interface StagePlugins<E = AwdLstmEncoder> {
  readonly pretrain: readonly LanguageModelPlugin<E>[];
  readonly finetune: readonly LanguageModelPlugin<E>[];
  readonly classify: readonly ClassifierPlugin<E>[];
}

/** The parts of what is given by stage. */
export const stageKeys = ['all', ...trainedStages] as const;

/**
 * Makes the plugins of each stage.
 * @param plugins a list stands for plugins of all stages
 * @throws UlmfitError `BAD_PLUGINS` for what is no plugin, and a stage that there is not
 */
export function pluginsByStage<E = AwdLstmEncoder>(
  plugins: MadePlugins<AnyStagePlugins<E>> | PluginsByStage<E> = [],
): StagePlugins<E> {
  const { all, pretrain, finetune, classify } = isList(plugins) ? { all: plugins } : checkedKeys(plugins);
  return {
    pretrain: [...made('all', all), ...made('pretrain', pretrain)],
    finetune: [...made('all', all), ...made('finetune', finetune)],
    classify: [...made('all', all), ...made('classify', classify)],
  };
}

/** Plugins that the types have held to the taps of their encoder, where it no longer matters which it is. */
export const ofAnyEncoder = <E>(plugins: StagePlugins<E>): StagePlugins<AnyEncoder> =>
  plugins as unknown as StagePlugins<AnyEncoder>;

/**
 * A state that went from one stage into the next would be lost where the run is resumed between the two.
 * @param stages those that are trained one after the other
 * @throws UlmfitError `BAD_PLUGINS` for a plugin with a state in two of them
 */
export function requireOwnState<E>(plugins: StagePlugins<E>, stages: readonly TrainedStage[]): void {
  const first = new Map<TrainingPlugin<never, never, never>, TrainedStage>();
  for (const stage of stages) {
    for (const plugin of plugins[stage] as readonly TrainingPlugin<never, never, never>[]) {
      const other = first.get(plugin);
      if (other !== undefined && plugin.stateDict) {
        throw new UlmfitError(
          'BAD_PLUGINS',
          `plugins: ${showName(plugin.name)} has state that ${other} and ${stage} would share; give a function that makes one per stage: () => [...]`,
        );
      }
      first.set(plugin, stage);
    }
  }
}

const isList = <List extends readonly unknown[], E>(
  plugins: MadePlugins<List> | PluginsByStage<E>,
): plugins is MadePlugins<List> => Array.isArray(plugins) || typeof plugins === 'function';

function checkedKeys<E>(plugins: PluginsByStage<E>): PluginsByStage<E> {
  const given: unknown = plugins;
  if (typeof given !== 'object' || given === null) {
    throw new UlmfitError('BAD_PLUGINS', `plugins: ${brief(given)} is not a list of plugins; write [...]`);
  }
  const unknown = Object.keys(given).find((key) => !stageKeys.some((stage) => stage === key));
  if (unknown === undefined) return plugins;
  // A plugin that was given without a list around it.
  const cure =
    'name' in given ? 'write a list, [...]' : `did you mean ${nearest(unknown, stageKeys) ?? 'all'}?`;
  throw new UlmfitError(
    'BAD_PLUGINS',
    `plugins: unknown stage ${brief(unknown)}; the stages are ${stageKeys.join(', ')}; ${cure}`,
  );
}

/** Plain JavaScript comes without types, and a settings file is run without a look at them. */
function made<Batch, Output, Taps>(
  stage: string,
  plugins: MadePlugins<PluginList<Batch, Output, Taps>> = [],
): readonly TrainingPlugin<Batch, Output, Taps>[] {
  const list = typeof plugins === 'function' ? plugins() : plugins;
  const given: unknown = list;
  if (!Array.isArray(given)) {
    throw new UlmfitError(
      'BAD_PLUGINS',
      `plugins: ${stage}: ${brief(given)} is not a list of plugins; write [...]`,
    );
  }
  const flat = flatPlugins(list);
  flat.forEach((plugin, i) => requirePlugin(plugin, `plugins: ${stage}[${i}]`));
  return flat;
}
