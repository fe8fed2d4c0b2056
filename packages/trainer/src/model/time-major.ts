import type { Tensor } from '@tensorflow/tfjs-core';
import { brief, UlmfitError } from '@ulmfit/errors';

/**
 * What a model tells at a tap whose tensor is `[time, batch, features]`. A plugin that has one mask for all time steps asks
 * for it in the type of the tap, so that it does not compile with a model of another layout.
 * @example
 * interface HiddenTap {
 *   readonly hidden: TimeMajor & { readonly layer: number };
 * }
 */
export interface TimeMajor {
  readonly layout: 'time-major';
}

/**
 * To be told at a tap.
 * @example
 * const y = inferencePass((pass) => pass.tap('hidden', x, { ...timeMajor, layer: 0 }));
 */
export const timeMajor: TimeMajor = { layout: 'time-major' };

/**
 * Refuses a tensor that isn't marked time-major: in another layout the texts of a batch would share a mask. TypeScript
 * reports it earlier; this is for plain JavaScript and plugins chosen at run time.
 * @param plugin whose name the message begins with
 * @throws UlmfitError `BAD_LAYOUT`
 * @example
 * const plugin: TrainingPlugin<unknown, unknown, { raw: TimeMajor }> = {
 *   name: 'noise',
 *   taps: ['raw'],
 *   observe: { raw: (x, _, context) => requireTimeMajor('noise', 'raw', x, context) },
 * };
 */
export function requireTimeMajor(plugin: string, tap: string, x: Tensor, context: unknown): void {
  const layout = typeof context === 'object' && context !== null && 'layout' in context && context.layout;
  if (layout === timeMajor.layout && x.rank === 3) return;
  throw new UlmfitError(
    'BAD_LAYOUT',
    `${plugin}: the tap ${tap} has ${layout ? `the layout ${brief(layout)}` : 'no layout'} and the shape [${x.shape.join(', ')}]; ` +
      `it must be [time, batch, features]: transpose it, and tell the tap { layout: 'time-major' }`,
  );
}
