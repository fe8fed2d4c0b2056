/** How long a fit is, as a recipe says it. */
export interface FitLength {
  readonly epochs: number;
  readonly minimumSteps?: number | undefined;
}

/**
 * The epochs of a fit: at least its own, and with few texts so many more as reach its minimum of steps.
 * @param batches those of an epoch; each is a step
 */
export const fitEpochs = ({ epochs, minimumSteps = 0 }: FitLength, batches: number): number =>
  Math.max(epochs, Math.ceil(minimumSteps / Math.max(1, batches)));
