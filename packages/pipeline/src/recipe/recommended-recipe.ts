import type { ClassificationTask, ReadTaskOptions } from '@ulmfit/text';
import { presets, type PresetName, type Recipe } from './recipe.js';

/** Characters of text above which a model of the small size learns more than one of the tiny size. */
const ENOUGH = 2_000_000;
/** Those of which one pass is enough. */
const MUCH = 30_000_000;

/**
 * The preset that fits the size of a task's texts: `tiny` for less than two megabytes, where a larger language model makes
 * too few steps to learn; `own-data` for less than thirty, which it reads several times; else `small`. Reads no more than it needs.
 * @throws what is wrong with the data
 * @example
 * await recommendedPreset(task); // 'tiny'
 */
export async function recommendedPreset(
  task: ClassificationTask,
  options?: ReadTaskOptions,
): Promise<Extract<PresetName, 'tiny' | 'own-data' | 'small'>> {
  let characters = 0;
  for await (const text of task.languageModelTexts('train-and-unlabelled', options)) {
    characters += text.length;
    if (characters >= MUCH) return 'small';
  }
  return characters >= ENOUGH ? 'own-data' : 'tiny';
}

/**
 * A recipe whose language model reads every text of a task, those with a label too: the presets, which follow the published
 * recipes for IMDb, read those without alone.
 * @example
 * readingAllTexts(presets.small).languageModel.texts; // 'train-and-unlabelled'
 */
export const readingAllTexts = (recipe: Recipe): Recipe => ({
  ...recipe,
  languageModel: { ...recipe.languageModel, texts: 'train-and-unlabelled' },
});

/**
 * The settings to start with on your own data: the recommended preset, over all texts.
 * @throws what is wrong with the data
 * @example
 * const recipe = await recommendedRecipe(task);
 * await run({ folder: 'runs/mine', task, recipe });
 */
export const recommendedRecipe = async (
  task: ClassificationTask,
  options?: ReadTaskOptions,
): Promise<Recipe> => readingAllTexts(presets[await recommendedPreset(task, options)]);
