import type {
  AnyEncoder,
  Architecture,
  AwdLstmEncoder,
  OptimizerByStage,
  MadePlugins,
  PluginsByStage,
  AnyStagePlugins,
  Recipe,
} from '@ulmfit/pipeline';
import type { OptimizerFactory } from '@ulmfit/trainer';
import type { Flags } from '../flags.js';
import type { TaskSource } from './config-task.js';

/** Some of the settings of an object, at any depth; lists are whole. */
export type Changes<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Name in keyof T]?: Changes<T[Name]> | undefined }
    : T;

/** A flag of the command line that a file can't set. */
export const notInFile = ['config', 'force'] as const satisfies readonly (keyof Flags)[];

/** The settings that every flag has, under the flag's name in camel case. */
export type FlagSettings = {
  readonly [Name in Exclude<keyof Flags, 'recipe' | (typeof notInFile)[number]>]?: Flags[Name] | undefined;
};

/**
 * The settings of `ulmfit.config.ts`: those of every flag, under the flag's name in camel case, and what has no flag. A flag that is
 * given wins. Paths begin in the file's folder.
 */
export interface UlmfitConfig<E extends AnyEncoder = AwdLstmEncoder> extends FlagSettings {
  /** What differs from the preset: settings, or the path of a JSON file of them. */
  readonly recipe?: Changes<Recipe> | string | undefined;
  /**
   * What there is to learn, instead of `data`: a `ClassificationTask`, a promise of one, or a function that makes one when a
   * command needs it.
   */
  readonly task?: TaskSource | undefined;
  /**
   * What the encoder is, with its sizes, instead of the recipe's AWD-LSTM, such as `gru({ features: 128 })`: to train, and to load
   * what was trained.
   */
  readonly architecture?: Architecture<E> | undefined;
  /**
   * What updates the weights instead of the recipe's Adam: for all stages, or by stage, `{ pretrain: sgd() }`. The peak rates stay the
   * recipe's.
   */
  readonly optimizer?: OptimizerFactory | OptimizerByStage | undefined;
  /**
   * Plugins beside the recipe's: a list for all stages, or by stage, `{ all: () => [...], classify: [...] }`. A function makes plugins
   * for each stage, which one with a state needs. A run that is resumed needs the same ones.
   */
  readonly plugins?: MadePlugins<AnyStagePlugins<E>> | PluginsByStage<E> | undefined;
}

/**
 * Gives `ulmfit.config.ts` its types.
 * @example
 * export default defineConfig({
 *   data: 'tickets.csv',
 *   recipe: { schedule: 'constant', classifier: { patience: 3 } },
 *   optimizer: { classify: sgd({ momentum: 0.9 }) },
 *   plugins: { all: () => [reduceOnPlateau()], classify: [tokenCutoff(0.1)] },
 * });
 */
export const defineConfig = <E extends AnyEncoder = AwdLstmEncoder>(
  config: UlmfitConfig<E>,
): UlmfitConfig<E> => config;
