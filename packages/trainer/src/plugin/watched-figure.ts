import { UlmfitError } from '@ulmfit/errors';
import type { TrainingContext } from './training-context.js';

export interface WatchOptions {
  /** A validation figure, such as `loss` or a metric's name. Default `loss`. */
  readonly watch?: string;
  /** Whether less (default) or more is better. */
  readonly better?: 'less' | 'more';
}

/**
 * Reads the validation figure that a plugin watches.
 * @param plugin its name, for the message
 * @throws UlmfitError `NO_SUCH_FIGURE`
 * @example
 * const log: TrainingPlugin = {
 *   name: 'log',
 *   afterEpoch: (ctx) => console.log(figureOf(ctx, 'log', { watch: 'loss' })),
 * };
 * await trainer.fit({ stage: 'all', train, validate, epochs: 1, lr: 1e-2, plugins: [log] });
 */
export function figureOf(ctx: TrainingContext, plugin: string, { watch = 'loss' }: WatchOptions): number {
  const value = ctx.validation?.[watch];
  if (value === undefined) {
    const there = ctx.validation
      ? `there are ${Object.keys(ctx.validation).join(', ')}`
      : 'the fit has no validation';
    throw new UlmfitError('NO_SUCH_FIGURE', `${plugin} watches ${watch}, but ${there}`);
  }
  return value;
}

/**
 * What is watched, for a plugin's `settings`.
 * @example
 * watchSettings({ watch: 'accuracy', better: 'more' }); // { watch: 'accuracy', better: 'more' }
 */
export const watchSettings = ({ watch = 'loss', better = 'less' }: WatchOptions) => ({ watch, better });

/**
 * Whether `value` is better than `best` by more than `by`. NaN, such as the mean of nothing, never is.
 * @example
 * isBetterFigure(0.91, 0.9, { better: 'more' }); // true
 */
export function isBetterFigure(
  value: number,
  best: number | null,
  { better = 'less' }: WatchOptions,
  by = 0,
): boolean {
  if (Number.isNaN(value)) return false;
  if (best === null) return true;
  return better === 'less' ? value < best - by : value > best + by;
}
