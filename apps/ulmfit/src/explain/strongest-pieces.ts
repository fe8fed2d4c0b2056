import type { ExplainedPiece } from '@ulmfit/inference';

/** Pieces that say less than this share of what the strongest says are noise to a reader. */
const LEAST = 0.05;

/** What is said at most by one piece, for or against. */
export const largestOf = (pieces: readonly ExplainedPiece[]): number =>
  pieces.reduce((largest, { contribution }) => Math.max(largest, Math.abs(contribution)), 0);

/** The pieces that say most, the strongest first. */
export function strongestPieces(pieces: readonly ExplainedPiece[], most: number): ExplainedPiece[] {
  const largest = largestOf(pieces);
  return pieces
    .filter(({ contribution }) => contribution !== 0 && Math.abs(contribution) >= LEAST * largest)
    .toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, most);
}

/** As a figure is shown: `+0.31`. */
export const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)}`;
