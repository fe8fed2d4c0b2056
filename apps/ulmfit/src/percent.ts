/** A share as a person reads it: `96.33 %`. */
export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
