import { learningRateSchedule, simulate, type Schedule } from '@ulmfit/schedulers';

/** Falls by `factor` each `every` updates. */
export function steps({ every, factor }: { every: number; factor: number }): Schedule {
  return ({ step }) => factor ** Math.floor(step / every);
}

console.log(simulate(steps({ every: 100, factor: 0.5 }), 300)); // to plot or test
export const schedule = learningRateSchedule(steps({ every: 100, factor: 0.5 })); // for the `plugins` of a fit
