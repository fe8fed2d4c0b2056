/** How much of the mean so far stays at each step. */
const KEPT = 0.8;

/** An exponential mean of figures, without the bias of its beginning. */
export function smoothed(figures: readonly number[]): number[] {
  let mean = 0;
  return figures.map((figure, i) => {
    mean = KEPT * mean + (1 - KEPT) * figure;
    return mean / (1 - KEPT ** (i + 1));
  });
}
