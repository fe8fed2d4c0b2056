import type { Json } from '@ulmfit/trainer';
import { recipeShape } from '../recipe/recipe.js';

/**
 * The settings that an earlier version kept, as this one keeps them: the reviews have become a task, and the recipe has
 * each field of today.
 * @param defaults settings whose plugins and optimizers stand for those of a run that kept none
 */
export function upgradeSettings(kept: Json, defaults: Json = {}): Json {
  if (!isObject(kept)) return kept;
  const { plugins = {}, optimizer = {} } = isObject(defaults) ? defaults : {};
  const own = 'task' in kept ? kept : taskSettings(kept);
  const settings: JsonObject = { linear: false, plugins, optimizer, ...own };
  settings['plugins'] = upgradePlugins(settings['plugins'], plugins);
  const { success, data } = recipeShape.safeParse(upgradeRecipe(settings['recipe']));
  // The cast: what the schema gives is JSON, with fields that may be left out.
  return success ? { ...settings, recipe: data as unknown as Json } : settings;
}

/** Plugins of which an earlier version kept the name alone stand for those of that name. */
function upgradePlugins(kept: Json | undefined, now: Json): Json {
  if (!isObject(kept)) return kept ?? {};
  const stages = Object.entries(kept).map(([stage, list]): [string, Json] => {
    const same = isObject(now) ? now[stage] : undefined;
    if (!Array.isArray(list) || !Array.isArray(same)) return [stage, list];
    return [stage, list.map((name, i) => (nameOf(same[i]) === name ? (same[i] ?? name) : name))];
  });
  return Object.fromEntries(stages);
}

const nameOf = (plugin: Json | undefined): Json | undefined =>
  isObject(plugin) ? plugin['name'] : undefined;

/** A recipe that an earlier version kept. */
export function upgradeRecipe(recipe: unknown): unknown {
  if (!isObject(recipe) || !isObject(recipe['languageModel'])) return recipe;
  const { reviews, ...languageModel } = recipe['languageModel'];
  if (reviews === undefined) return recipe;
  const texts = reviews === 'train-and-unsup' ? 'train-and-unlabelled' : 'unlabelled';
  return { ...recipe, languageModel: { ...languageModel, texts } };
}

/** Runs of the first version knew only reviews, and pretrained on the embedded sample unless told otherwise. */
function taskSettings({
  data = 'sample',
  corpus,
  corpusWords: words,
  lmReviews,
  labels,
  testReviews,
  splitSeed = 1,
  ...rest
}: JsonObject): JsonObject {
  const limits = given({ lmReviews, labels, testReviews });
  const hasCorpus =
    rest['transfer'] !== false && rest['pretrained'] === undefined && rest['encoder'] === undefined;
  const text = corpus === undefined ? { kind: 'sample' } : { kind: 'files', path: corpus };
  return {
    task: { kind: 'imdb', data, splitSeed, ...limits },
    corpus: hasCorpus && pretrains(rest['recipe']) ? { ...text, ...given({ words }) } : null,
    ...rest,
  };
}

type JsonObject = { [key: string]: Json };

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const pretrains = (recipe: unknown): boolean =>
  isObject(recipe) && isObject(recipe['languageModel']) && recipe['languageModel']['pretrain'] !== null;

const given = (entries: Record<string, Json | undefined>): JsonObject =>
  Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
