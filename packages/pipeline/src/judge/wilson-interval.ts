/** Of a normal distribution 95 % lies within so many standard deviations. */
const DEVIATIONS = 1.959963984540054;

/**
 * The 95 % confidence interval of a share that was `share` among `count` (Wilson 1927). Unlike the normal approximation, it
 * holds near 0 and 1.
 * @example
 * wilsonInterval(0.9, 100); // [0.826, 0.945]
 */
export function wilsonInterval(share: number, count: number): [low: number, high: number] {
  const weight = DEVIATIONS ** 2 / count;
  const middle = (share + weight / 2) / (1 + weight);
  const half = Math.sqrt(share * (1 - share) * weight + weight ** 2 / 4) / (1 + weight);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
