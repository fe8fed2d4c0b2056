import { totalCounts, type ClassCounts } from './class-figures.js';

/** How often predictions of the same frequencies, made without the texts, would agree with the truth. */
export const chanceAgreement = (counts: readonly ClassCounts[], documents: number): number =>
  pairsByChance(counts) / documents ** 2;

/** Agreement beyond chance, as a share of what is possible: 0 for a guess, 1 for the truth (Cohen 1960). */
export function cohenKappa(counts: readonly ClassCounts[], documents: number): number {
  const chance = pairsByChance(counts);
  return (totalCounts(counts).right * documents - chance) / (documents ** 2 - chance);
}

// Whole numbers: the order of the classes changes nothing.
const pairsByChance = (counts: readonly ClassCounts[]): number =>
  counts.reduce((sum, { support, predicted }) => sum + support * predicted, 0);
