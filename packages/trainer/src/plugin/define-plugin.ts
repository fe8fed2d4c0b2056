import type { TrainingPlugin } from './plugin.js';

/**
 * Types a plugin, for instance in a file that exports it, and returns it unchanged.
 * @example
 * export default definePlugin({
 *   name: 'halfway',
 *   rate: ({ progress }) => (progress < 0.5 ? 1 : 0.1),
 * });
 */
export const definePlugin = <Batch = unknown, Output = unknown, Taps = Record<never, never>>(
  plugin: TrainingPlugin<Batch, Output, Taps>,
): TrainingPlugin<Batch, Output, Taps> => plugin;
