import type { Recipe } from '@ulmfit/pipeline';
import type { TrainingPlugin } from '@ulmfit/trainer';
import type { Flags } from '../flags.js';

/** Some of the settings of an object, at any depth; lists are whole. */
export type Changes<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Name in keyof T]?: Changes<T[Name]> | undefined }
    : T;

/** A flag of the command line that a file can't set. */
export const notInFile = ['config', 'force'] as const satisfies readonly (keyof Flags)[];

/**
 * The settings of `ulmfit.config.ts`: those of every flag, under the flag's name in camel case, and what has no flag. A flag that is
 * given wins.
 */
export type UlmfitConfig = {
  readonly [Name in Exclude<keyof Flags, 'recipe' | (typeof notInFile)[number]>]?: Flags[Name] | undefined;
} & {
  /** What differs from the preset: settings, or the path of a JSON file of them. */
  readonly recipe?: Changes<Recipe> | string | undefined;
  /**
   * Plugins of every fit, beside the recipe's. A run that is resumed needs the same ones.
   */
  readonly plugins?: readonly TrainingPlugin[] | undefined;
};

/** Gives `ulmfit.config.ts` its types. @example export default defineConfig({ preset: 'small', seed: 2 }); */
export const defineConfig = (config: UlmfitConfig): UlmfitConfig => config;
