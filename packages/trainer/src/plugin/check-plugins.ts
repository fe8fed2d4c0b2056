import { brief, nearest, showName, UlmfitError } from '@ulmfit/errors';
import { isJson } from '../state/is-json.js';
import type { Model } from '../model/model.js';
import { hookNames, hookTables, pluginKeys, stepHookNames } from './hook-names.js';
import type { TrainingPlugin } from './plugin.js';

const fail = (message: string): never => {
  throw new UlmfitError('BAD_PLUGINS', message);
};

/**
 * Whether each plugin is whole and fits the model. TypeScript says most of it earlier; this is for plain JavaScript.
 * @throws UlmfitError `ASYNC_HOOK`; `BAD_PLUGINS` on a name that cannot be a key, a misspelt hook, half a state, a tap that
 *   the model lacks, or two that give evaluation weights.
 */
export function checkPlugins<Batch, Output, Taps>(
  plugins: readonly TrainingPlugin<Batch, Output, Taps>[],
  model: Model<Batch, Output, Taps>,
): void {
  const taps = new Set<string>(model.taps);
  for (const plugin of plugins) {
    const { name, stateDict, loadStateDict } = plugin;
    if (name === '' || name.includes('/')) {
      fail(`a plugin is named "${name}"; a name keys its state and must be neither empty nor have a slash`);
    }
    checkKeys(name, plugin);
    checkSettings(name, plugin.settings);
    checkHooks(name, plugin);
    if (!stateDict !== !loadStateDict) {
      fail(`${name} has only one of stateDict and loadStateDict; it could not be resumed`);
    }
    const used: string[] = [
      ...(plugin.taps ?? []),
      ...Object.keys(plugin.rewrite ?? {}),
      ...Object.keys(plugin.observe ?? {}),
    ];
    const missing = used.find((tap) => !taps.has(tap));
    if (missing !== undefined) {
      fail(`${name} uses the tap ${missing}; ${model.name} has ${[...taps].join(', ') || 'none'}`);
    }
  }
  const [first, second] = plugins.filter((plugin) => plugin.evaluationWeights);
  if (first && second) fail(`both ${first.name} and ${second.name} give evaluationWeights; keep one of them`);
}

/**
 * Checks that a value is a plugin.
 * @param where it was given, such as `plugins[0]`
 * @throws UlmfitError `BAD_PLUGINS`
 * @example
 * requirePlugin(definePlugin({ name: 'first' }), 'my trainer');
 */
export function requirePlugin(plugin: unknown, where: string): void {
  if (typeof plugin === 'function') {
    const name = showName(plugin.name || 'it');
    fail(`${where} is the function ${name}; call it: ${name}()`);
  }
  if (typeof plugin !== 'object' || plugin === null) {
    fail(`${where} is ${brief(plugin)}; a plugin is an object with a name and some hooks`);
  }
  const { name } = plugin as { name?: unknown };
  if (typeof name !== 'string') {
    fail(
      `${where} has ${name === undefined ? 'no name' : `the name ${brief(name)}`}; give it one: its state is kept by it`,
    );
  }
}

/** What JSON would change, such as a function or NaN, could not be compared with what a run has kept. */
function checkSettings(name: string, settings: unknown): void {
  if (settings === undefined || isJson(settings)) return;
  fail(`${name}: settings has what JSON can’t hold; give finite numbers, strings, lists and plain objects`);
}

/** A plugin may have methods of its own, but not one that is almost a hook. */
function checkKeys(name: string, plugin: object): void {
  for (const key of Object.keys(plugin)) {
    if (pluginKeys.includes(key)) continue;
    const meant = nearest(key, pluginKeys);
    if (meant !== undefined) fail(`${name} has ${showName(key)}, which is no hook; is it ${meant}?`);
  }
}

function checkHooks(name: string, plugin: object): void {
  const own = plugin as Readonly<Record<string, unknown>>;
  for (const hook of hookNames) {
    const given = own[hook];
    if (given === undefined) continue;
    if (typeof given !== 'function') fail(`${name}: ${hook} is ${brief(given)}; it must be a function`);
  }
  for (const hook of stepHookNames) checkSynchronous(name, hook, own[hook]);
  for (const table of hookTables) {
    const hooks = own[table];
    if (hooks === undefined) continue;
    if (typeof hooks !== 'object' || hooks === null) {
      fail(`${name}: ${table} is ${brief(hooks)}; it must be an object of functions`);
    }
    for (const [key, hook] of Object.entries(hooks as object)) {
      if (table === 'hyper' && key === 'lr')
        fail(`${name}: hyper.lr is not to be set, as the learning rate is a product; give a factor by rate`);
      if (hook === undefined) continue;
      if (typeof hook !== 'function')
        fail(`${name}: ${table}.${key} is ${brief(hook)}; it must be a function`);
      checkSynchronous(name, `${table}.${key}`, hook);
    }
  }
}

function checkSynchronous(name: string, hook: string, given: unknown): void {
  if (typeof given === 'function' && given.constructor.name === 'AsyncFunction') {
    throw new UlmfitError(
      'ASYNC_HOOK',
      `${name}: ${hook} is async, which no step awaits; make it synchronous, or use a hook between steps`,
    );
  }
}
