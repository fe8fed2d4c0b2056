import type { ClassificationTask, ReadTaskOptions } from '@ulmfit/text';
import type { PresetName } from './recipe.js';

/** Characters of text above which a model of the small size learns more than one of the tiny size. */
const ENOUGH = 2_000_000;

/**
 * The preset that fits the size of a task's texts: `tiny` for less than two megabytes, where a larger language model makes
 * too few steps to learn, else `small`. Reads no more than it needs.
 * @throws what is wrong with the data
 * @example
 * const recipe = presets[await recommendedPreset(task)];
 */
export async function recommendedPreset(
  task: ClassificationTask,
  options?: ReadTaskOptions,
): Promise<Extract<PresetName, 'tiny' | 'small'>> {
  let characters = 0;
  for await (const text of task.languageModelTexts('train-and-unlabelled', options)) {
    characters += text.length;
    if (characters >= ENOUGH) return 'small';
  }
  return 'tiny';
}
