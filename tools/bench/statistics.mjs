/** The middle of an odd number of values, the mean of the two in the middle of an even one. @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Between which two of the values the median of what they are drawn from lies, with 95 % confidence whatever the
 * distribution is. By a normal approximation of the binomial of how many lie below it; fewer than six values give all of them.
 * @param {readonly number[]} values
 * @returns {readonly [number, number]}
 */
export function medianBounds(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const below = Math.max(0, Math.floor(n / 2 - 0.98 * Math.sqrt(n)));
  return [sorted[below], sorted[n - 1 - below]];
}
