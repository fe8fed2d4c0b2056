/**
 * The area under the ROC curve: the probability that a text of the class has a higher score than one that isn't of it,
 * where equal scores count half (Mann and Whitney 1947). NaN where either kind is missing, or a score is NaN.
 */
export function rocAuc(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  const higher = Float64Array.from(positives).sort();
  const lower = Float64Array.from(negatives).sort();
  // Sorting puts NaN last.
  if (Number.isNaN(higher.at(-1) ?? NaN) || Number.isNaN(lower.at(-1) ?? NaN)) return NaN;
  let below = 0;
  let notAbove = 0;
  let wins = 0;
  for (const score of higher) {
    while (below < lower.length && (lower[below] as number) < score) below++;
    while (notAbove < lower.length && (lower[notAbove] as number) <= score) notAbove++;
    wins += (below + notAbove) / 2;
  }
  return wins / (higher.length * lower.length);
}
