import type { Explanation } from './explain-text.js';

/** A piece of a text with what it says: 0 of what stands between the tokens. */
export interface ExplainedPiece {
  readonly text: string;
  readonly contribution: number;
}

/**
 * Cuts a text into pieces to colour, one per token and one per gap; joined, they are the text. A mark such as `xxmaj` counts with the
 * token that it marks.
 * @param contributions of each token, such as those of a class
 * @example
 * const [first] = explanation.classes;
 * for (const { text, contribution } of explainedPieces(explanation, first?.contributions ?? [])) draw(text, contribution);
 */
export function explainedPieces(
  { text, tokens }: Pick<Explanation, 'text' | 'tokens'>,
  contributions: readonly number[],
): ExplainedPiece[] {
  const pieces: { text: string; contribution: number }[] = [];
  let at = 0;
  let ofMarks = 0;
  let last: { text: string; contribution: number } | undefined;
  for (const [i, { start, end }] of tokens.entries()) {
    const contribution = contributions[i] ?? 0;
    if (start === end) {
      ofMarks += contribution;
      continue;
    }
    if (start > at) pieces.push({ text: text.slice(at, start), contribution: 0 });
    last = { text: text.slice(start, end), contribution: contribution + ofMarks };
    pieces.push(last);
    at = end;
    ofMarks = 0;
  }
  if (last) last.contribution += ofMarks;
  if (at < text.length) pieces.push({ text: text.slice(at), contribution: 0 });
  return pieces;
}
