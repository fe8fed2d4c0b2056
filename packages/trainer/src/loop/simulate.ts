import type { Schedule } from '../plugin/plugin.js';

/** The values that a schedule takes over a fit of `steps` updates, without training. */
export function simulate(schedule: Schedule, steps: number): number[] {
  return Array.from({ length: steps }, (_, step) => schedule({ step, steps, progress: step / steps }));
}
