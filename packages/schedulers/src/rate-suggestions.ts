import { UlmfitError } from '@ulmfit/errors';

/**
 * Suggests a learning rate from a sweep: `rates` rising, with the smoothed loss at each.
 * @throws UlmfitError `TOO_FEW_POINTS`
 */
export type RateSuggestion = (rates: ArrayLike<number>, losses: ArrayLike<number>) => number;

// fastai computes these on 32-bit tensors, and an index can hang on one rounding: so do we.
const f32 = Math.fround;

interface Sweep {
  readonly rates: Float32Array;
  readonly losses: Float32Array;
}

function sweepOf(name: string, rates: ArrayLike<number>, losses: ArrayLike<number>, least: number): Sweep {
  if (rates.length !== losses.length || losses.length < least) {
    throw new UlmfitError(
      'TOO_FEW_POINTS',
      `${name}: ${rates.length} rates and ${losses.length} losses; it needs at least ${least} of each: ` +
        'sweep in more steps, or from a lower rate',
    );
  }
  return { rates: Float32Array.from(rates), losses: Float32Array.from(losses) };
}

/** About half-way down the longest valley, which is the longest run of ever lower losses, gaps allowed. fastai's default. */
export const valley: RateSuggestion = (...sweep) => {
  const { rates, losses } = sweepOf('valley', ...sweep, 1);
  const lengths = new Int32Array(losses.length).fill(1);
  const at = (values: ArrayLike<number>, i: number) => values[i] as number;
  let start = 0;
  let end = 0;
  for (let i = 1; i < losses.length; i++) {
    for (let j = 0; j < i; j++) {
      if (at(losses, i) < at(losses, j) && at(lengths, i) < at(lengths, j) + 1)
        lengths[i] = at(lengths, j) + 1;
      if (at(lengths, end) < at(lengths, i)) {
        end = i;
        start = end - at(lengths, end);
      }
    }
  }
  const third = (end - start) / 3;
  // A valley that begins at the first point starts at -1 by fastai's count, which Python reads as the last.
  return rates.at(start + Math.trunc(third) + Math.trunc(third / 2)) as number;
};

const SLIDE_INTERVAL = 15;
const SLIDE_THRESHOLD = f32(0.005);

/** From the right, the first rate at which the slopes an interval of 15 points apart are alike (interval slide rule). */
export const slide: RateSuggestion = (...sweep) => {
  const { rates, losses } = sweepOf('slide', ...sweep, SLIDE_INTERVAL + 1);
  const slopes = gradient(losses);
  let right = losses.length - 1;
  let left = right - SLIDE_INTERVAL;
  let suggested = rates[left] as number;
  while (left >= 0 && f32(Math.abs((slopes[right] as number) - (slopes[left] as number))) > SLIDE_THRESHOLD) {
    suggested = rates[left] as number;
    right--;
    left--;
  }
  return suggested;
};

/** A tenth of the rate of the least loss. */
export const minimum: RateSuggestion = (...sweep) => {
  const { rates, losses } = sweepOf('minimum', ...sweep, 1);
  return (rates[argmin(losses)] as number) / 10;
};

/** Where the loss falls most steeply over the logarithm of the rate. */
export const steep: RateSuggestion = (...sweep) => {
  const { rates, losses } = sweepOf('steep', ...sweep, 2);
  const logs = rates.map(Math.log);
  const slopes = new Float32Array(losses.length - 1);
  for (let i = 0; i < slopes.length; i++)
    slopes[i] = difference(losses, i, i + 1) / difference(logs, i, i + 1);
  return rates[argmin(slopes)] as number;
};

/** `values[j] - values[i]` in 32 bits. */
function difference(values: Float32Array, i: number, j: number): number {
  return f32((values[j] as number) - (values[i] as number));
}

/** Central differences, one-sided at the ends (numpy's `gradient`). */
function gradient(values: Float32Array): Float32Array {
  const last = values.length - 1;
  return values.map((_, i) => {
    if (i === 0) return difference(values, 0, 1);
    if (i === last) return difference(values, last - 1, last);
    return difference(values, i - 1, i + 1) / 2;
  });
}

/** The index of the first least value. */
function argmin(values: Float32Array): number {
  return values.reduce((least, value, i) => (value < (values[least] as number) ? i : least), 0);
}
