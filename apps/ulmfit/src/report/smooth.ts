import type { Points } from './points.js';

/** Steps that a smoothed value is the mean of, about: as fastai's recorder has it, fewer where there are not many. */
const SMOOTH_STEPS = 50;
const SMOOTH_SHARE = 1 / 30;

/** An exponential mean, unbiased at its beginning; passes over what is no number. */
export function smooth(points: Points): Points {
  const share = 1 / Math.max(1, Math.min(SMOOTH_STEPS, points.length * SMOOTH_SHARE));
  let mean = 0;
  let weight = 0;
  return points.map(([step, value]) => {
    if (!Number.isFinite(value)) return [step, NaN];
    mean += share * (value - mean);
    weight += share * (1 - weight);
    return [step, mean / weight];
  });
}
