import type { TrainingPlugin } from './plugin.js';

/**
 * What `plugins` takes: plugins, lists of them, and nothing where a condition fails.
 * @example
 * const plugins = [...preset, isLong && clipGlobalNorm(0.25), [weightDrop(0.5), inputDropout(0.4)]];
 */
export type PluginList<Batch = unknown, Output = unknown, Taps = Record<never, never>> = readonly (
  TrainingPlugin<Batch, Output, Taps> | PluginList<Batch, Output, Taps> | false | null | undefined
)[];

/**
 * All plugins of a list, in its order.
 * @example
 * flatPlugins([[definePlugin({ name: 'first' })], false, definePlugin({ name: 'second' })]).length; // 2
 */
export function flatPlugins<Batch, Output, Taps>(
  list: PluginList<Batch, Output, Taps>,
): TrainingPlugin<Batch, Output, Taps>[] {
  return list.flatMap((entry) => {
    if (entry === false || entry === null || entry === undefined) return [];
    return isList(entry) ? flatPlugins(entry) : [entry];
  });
}

/** `Array.isArray` knows no read-only arrays. */
const isList = <Batch, Output, Taps>(
  entry: TrainingPlugin<Batch, Output, Taps> | PluginList<Batch, Output, Taps>,
): entry is PluginList<Batch, Output, Taps> => Array.isArray(entry);
