/** Probabilities or logits: a row for each text, a column for each class. */
export type ClassScores = readonly (readonly number[])[];
