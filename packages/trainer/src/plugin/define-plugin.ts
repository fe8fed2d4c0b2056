import type { TrainingPlugin } from './plugin.js';

/**
 * Gives a plugin its types where nothing else does, such as in a file that exports it; returns it as it is.
 * @example
 * export default definePlugin({
 *   name: 'halfway',
 *   rate: ({ progress }) => (progress < 0.5 ? 1 : 0.1),
 * });
 */
export const definePlugin = <Batch = unknown, Output = unknown, Taps = Record<never, never>>(
  plugin: TrainingPlugin<Batch, Output, Taps>,
): TrainingPlugin<Batch, Output, Taps> => plugin;
