import { resolve } from 'node:path';
import { UlmfitError } from '@ulmfit/errors';
import { readFile } from '@ulmfit/files';
import {
  adjustRecipe,
  presets,
  readingAllTexts,
  recommendedPreset,
  withRates,
  type PresetName,
  type Recipe,
} from '@ulmfit/pipeline';
import { tokenizerForLanguage, type ClassificationTask } from '@ulmfit/text';
import type { Flags } from '../flags.js';
import { oneLine } from '../one-line.js';
import type { LoadedConfig } from './load-config.js';

/** The flags that a recipe is made of. */
type RecipeFlags = Partial<
  Pick<Flags, 'recipe' | 'schedule' | 'lr' | 'language' | 'tokenizer' | 'patience' | 'classWeights'>
>;

/** What made a setting of the recipe: the preset, that the texts are the user's own, or a setting by its name. */
export type RecipeSource = 'preset' | 'own texts' | keyof RecipeFlags;

/** A recipe on its way: what was made of it last, and by what. */
export interface RecipeStep {
  readonly by: RecipeSource;
  readonly recipe: Recipe;
}

/**
 * The preset of the flags, or the one for the amount of text: the task's, or where there is none the corpus, of which the embedded
 * one is small.
 * @throws what is wrong with the data
 */
export async function choosePreset(
  { preset, corpus }: Partial<Pick<Flags, 'preset' | 'corpus'>>,
  task: ClassificationTask | undefined,
): Promise<PresetName> {
  if (preset !== undefined) return preset;
  if (task) return recommendedPreset(task);
  return corpus === undefined ? 'tiny' : 'small';
}

/** Whether a task is not of the reviews, whose published recipes the presets follow. */
export const isOwnTask = (task: Pick<ClassificationTask, 'settings'> | undefined): boolean =>
  task !== undefined && task.settings['kind'] !== 'imdb';

/**
 * The recipe of the flags and the settings file.
 * @param isOwn as of {@link isOwnTask}
 * @throws UlmfitError `BAD_RECIPE`, `BAD_OPTION`
 */
export function resolveRecipe(
  flags: RecipeFlags,
  config: LoadedConfig | undefined,
  from: { readonly preset: PresetName; readonly isOwn: boolean },
): Recipe {
  return recipeSteps(flags, config, from).at(-1)?.recipe ?? presets[from.preset];
}

/** The way to {@link resolveRecipe}, from the preset. */
export function recipeSteps(
  flags: RecipeFlags,
  config: LoadedConfig | undefined,
  { preset, isOwn }: { readonly preset: PresetName; readonly isOwn: boolean },
): readonly RecipeStep[] {
  let recipe: Recipe = presets[preset];
  const steps: RecipeStep[] = [{ by: 'preset', recipe }];
  const step = (by: RecipeSource, next: Recipe) => {
    recipe = next;
    steps.push({ by, recipe });
  };
  const ofClassifier = (settings: Partial<Recipe['classifier']>): Recipe => ({
    ...recipe,
    classifier: { ...recipe.classifier, ...settings },
  });
  if (isOwn) step('own texts', readingAllTexts(recipe));
  step('recipe', withChanges(recipe, flags.recipe, config));
  const { schedule, lr, language, tokenizer, patience, classWeights } = flags;
  if (schedule !== undefined) step('schedule', { ...recipe, schedule });
  if (tokenizer !== undefined) step('tokenizer', { ...recipe, tokenizer });
  else if (language !== undefined) step('language', { ...recipe, tokenizer: tokenizerForLanguage(language) });
  if (patience !== undefined) step('patience', ofClassifier({ patience }));
  if (classWeights !== undefined) step('classWeights', ofClassifier({ classWeights }));
  if (lr !== undefined) step('lr', withRates(recipe, lr));
  return steps;
}

/**
 * A recipe with what a file of changes, or else the settings file, says.
 * @throws UlmfitError `BAD_RECIPE`
 */
function withChanges(recipe: Recipe, path: string | undefined, config: LoadedConfig | undefined): Recipe {
  if (path === undefined) {
    const changes = config?.extras.recipe;
    if (typeof changes !== 'object') return recipe;
    return adjustRecipe(recipe, fromFolder(changes, config?.folder), `${config?.path}: recipe`);
  }
  let changes: unknown;
  try {
    // The decoder leaves a byte order mark out.
    changes = JSON.parse(new TextDecoder().decode(readFile(path)));
  } catch (error) {
    if (error instanceof UlmfitError && error.code === 'NOT_A_FILE') throw error;
    const why = error instanceof SyntaxError ? `not JSON (${oneLine(error.message)})` : 'can’t be read';
    throw new UlmfitError('BAD_RECIPE', `${path}: ${why}; give a file of settings`, { cause: error });
  }
  return adjustRecipe(recipe, changes, path);
}

/** Paths in a settings file begin in its folder. */
function fromFolder(changes: Readonly<Record<string, unknown>>, folder = process.cwd()): object {
  const { tokenizer } = changes;
  const isPath = typeof tokenizer === 'string' && /^\.{1,2}[\\/]/.test(tokenizer);
  return isPath && folder !== process.cwd() ? { ...changes, tokenizer: resolve(folder, tokenizer) } : changes;
}
