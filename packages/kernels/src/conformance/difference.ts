/** How far a number may be from that of the composed operations. */
export interface Tolerance {
  /** Of the number's size. */
  readonly relative: number;
  /** And so much besides. */
  readonly absolute: number;
}

export interface DifferenceOptions extends Tolerance {
  readonly exact: boolean;
  readonly scaled: boolean;
}

type Numbers = ArrayLike<number>;

/**
 * Where numbers differ more than they may; undefined where they do not. NaN is NaN and an infinity itself: what is not finite has to
 * be found by the trainer, whatever computes.
 */
export function differenceOf(
  actual: Numbers,
  expected: Numbers,
  { relative, absolute, exact, scaled }: DifferenceOptions,
): string | undefined {
  if (actual.length !== expected.length)
    return `there are ${actual.length} numbers, and ${expected.length} by composed operations`;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const size = Math.abs(expected[i] as number);
    if (size < Infinity) largest = Math.max(largest, size);
  }
  let worst = 1;
  let at = -1;
  for (let i = 0; i < expected.length; i++) {
    const [is, must] = [actual[i] as number, expected[i] as number];
    if (is === must || (Number.isNaN(is) && Number.isNaN(must))) continue;
    const allowed = exact ? 0 : absolute + relative * (scaled ? largest : Math.abs(must));
    const excess = Math.abs(is - must) / allowed;
    if (excess <= worst) continue;
    // What is not finite here alone is the worst there is.
    worst = Number.isNaN(excess) ? Infinity : excess;
    at = i;
  }
  if (at < 0) return undefined;
  const far = exact ? 'every byte must be the same' : `${worst.toPrecision(3)} times what it may be off`;
  return `${actual[at]} at ${at}, and ${expected[at]} by composed operations: ${far}`;
}
