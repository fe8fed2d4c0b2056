import type { Schedule } from '../plugin/plugin.js';

export interface SimulateOptions {
  /** The epochs that the steps are cut into, as evenly as they can be. Default 1. */
  readonly epochs?: number;
}

/**
 * The values that a schedule takes over a fit of `steps` updates, without training.
 * @example
 * simulate(({ progress }) => 1 - progress, 4); // [1, 0.75, 0.5, 0.25]
 */
export function simulate(schedule: Schedule, steps: number, { epochs = 1 }: SimulateOptions = {}): number[] {
  return Array.from({ length: steps }, (_, step) =>
    schedule({ step, steps, progress: step / steps, epoch: Math.floor((step * epochs) / steps), epochs }),
  );
}
