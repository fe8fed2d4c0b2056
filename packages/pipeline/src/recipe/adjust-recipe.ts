import { brief, nearest, UlmfitError } from '@ulmfit/errors';
import { recipeSchema, type Recipe } from './recipe.js';

/**
 * A recipe with some settings replaced: `{ languageModel: { finetune: { epochs: 3 } } }` changes that one and keeps the
 * rest. Lists are replaced as a whole.
 * @param source where the changes are from, for the message
 * @throws UlmfitError `BAD_RECIPE` for a setting that there isn't, or a value that it can't have
 * @example
 * const recipe = adjustRecipe(presets.tiny, { languageModel: { finetune: { epochs: 3 } } }, 'my settings');
 */
export function adjustRecipe(recipe: Recipe, changes: unknown, source: string): Recipe {
  if (!isObject(changes))
    throw new UlmfitError('BAD_RECIPE', `${source}: not an object of settings; write {"clip": 0.4}`);
  return checkedRecipe(merged({ ...recipe }, changes), source);
}

/**
 * Settings that make a recipe.
 * @param source where they are from, for the message
 * @throws UlmfitError `BAD_RECIPE` for a setting that there isn't, or a value that it can't have
 */
export function checkedRecipe(settings: unknown, source: string): Recipe {
  const parsed = recipeSchema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.');
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const beside = issue.path.reduce<unknown>(
      (value, name) => (isObject(value) ? value[String(name)] : undefined),
      settings,
    );
    const known = isObject(beside) ? Object.keys(beside).filter((name) => !issue.keys.includes(name)) : [];
    const meant = nearest(key, known);
    throw new UlmfitError(
      'BAD_RECIPE',
      `${source}: ${path ? `${path}: ` : ''}there is no setting ${brief(key)}; ` +
        (meant === undefined ? "a run's config.json shows all settings" : `did you mean ${meant}?`),
    );
  }
  throw new UlmfitError(
    'BAD_RECIPE',
    `${source}: ${path ? `${path}: ` : ''}${issue?.message ?? 'not settings'}; a run's config.json shows all settings`,
  );
}

type Settings = Record<string, unknown>;

const isObject = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merged(settings: Settings, changes: Settings): Settings {
  const changed = Object.entries(changes).map(([name, change]) => {
    const before = Object.hasOwn(settings, name) ? settings[name] : undefined;
    return [name, isObject(before) && isObject(change) ? merged(before, change) : change];
  });
  return { ...settings, ...(Object.fromEntries(changed) as Settings) };
}
