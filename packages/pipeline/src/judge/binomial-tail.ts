/**
 * The probability of at least `successes` in `trials` that each succeed with probability `p`: the p-value of a one-sided
 * binomial test.
 */
export function binomialTail(successes: number, trials: number, p: number): number {
  if (successes <= 0) return 1;
  if (p <= 0 || successes > trials) return 0;
  if (p >= 1) return 1;
  // From the largest term on towards both ends, each by its ratio to the one before; terms too small to count end it.
  const mode = Math.min(trials, Math.max(successes, Math.floor((trials + 1) * p)));
  const odds = p / (1 - p);
  const largest = logTerm(mode, trials, p);
  let sum = 1;
  for (let k = mode + 1, term = 1; k <= trials && term > 1e-18; k++) {
    term *= ((trials - k + 1) / k) * odds;
    sum += term;
  }
  for (let k = mode - 1, term = 1; k >= successes && term > 1e-18; k--) {
    term *= (k + 1) / ((trials - k) * odds);
    sum += term;
  }
  return Math.min(1, Math.exp(largest) * sum);
}

const logTerm = (k: number, n: number, p: number): number =>
  logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * Math.log(p) + (n - k) * Math.log1p(-p);

/** By Stirling's series, exact sums where it would not be. */
function logFactorial(n: number): number {
  if (n < 32) {
    let sum = 0;
    for (let i = 2; i <= n; i++) sum += Math.log(i);
    return sum;
  }
  const x = n + 1;
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
