/** A figure over steps; NaN where there is none. */
export type Points = readonly (readonly [step: number, value: number])[];
