import { showName } from '@ulmfit/errors';
import type { Json } from '@ulmfit/trainer';

/**
 * Says where two settings differ, for messages, three places at most: for plugins and optimizers by their names first.
 * @param changes the paths at which they differ, such as `recipe.clip`
 */
export function tellChanges(changes: readonly string[], then: Json, now: Json): string {
  const told = changes.map((path) => {
    const [of = '', stage = ''] = path.split('.');
    if (of !== 'plugins' && of !== 'optimizer') return path;
    const [before, after] = [then, now].map((settings) => nameOf(at(settings, [of, stage])));
    const what = before === after ? SAME_NAMES[of] : `${before ?? NONE[of]} then, ${after ?? NONE[of]} now`;
    return `${of}.${stage}: ${what}`;
  });
  const names = [...new Set(told)];
  const more = names.length - MOST;
  return names.slice(0, MOST).join(', ') + (more > 0 ? `, and ${more} more` : '');
}

/** Differences that a message names. */
const MOST = 3;

const SAME_NAMES = { plugins: 'other settings', optimizer: 'other base values' };

const NONE = { plugins: 'none', optimizer: 'the recipe’s' };

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const at = (json: Json | undefined, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), json);

/** What stands for a stage: the names of its plugins, or that of its optimizer. */
function nameOf(kept: Json | undefined): string | undefined {
  if (Array.isArray(kept)) return kept.map(nameOf).join(' and ');
  const name = isObject(kept) ? kept['name'] : kept;
  return name === undefined ? undefined : showName(String(name));
}
