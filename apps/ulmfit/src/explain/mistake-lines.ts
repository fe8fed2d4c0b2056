import { printable } from '@ulmfit/errors';
import type { ExplainedPiece } from '@ulmfit/inference';
import type { MistakenText } from '@ulmfit/pipeline';
import { percent } from '../percent.js';
import { signed, strongestPieces } from './strongest-pieces.js';
import { colouredText } from './terminal-colours.js';

/** Mistakes that are explained: each takes as long as some readings of its text. */
export const EXPLAINED_MISTAKES = 5;

const MOST_CHARACTERS = 300;
const MOST_WORDS = 5;

/** The most confident mistakes for the terminal: each in colours, or with the words that say most and their signs. */
export function mistakeLines(mistakes: readonly MistakenText[], withColours: boolean): string[] {
  const lines = mistakes.flatMap(({ pieces, predicted, truth, probability }) => {
    if (!pieces) return [];
    const [shown, isCut] = beginningOf(pieces);
    const end = isCut ? ' …' : '';
    const strongest = strongestPieces(pieces, MOST_WORDS).map(
      ({ text, contribution }) => `${signed(contribution)} ${printable(text)}`,
    );
    return [
      `  ${names(predicted)} (${percent(probability)} sure), but ${names(truth)}:`,
      `    ${withColours ? colouredText(shown) : shown.map(({ text }) => text).join('')}${end}`,
      ...(withColours ? [] : [`    ${strongest.join(', ')}`]),
    ];
  });
  return lines.length > 0 ? ['', 'most confident mistakes, and what their words say', ...lines] : [];
}

/** Pieces in one line, as long as is read. */
export function beginningOf(
  pieces: readonly ExplainedPiece[],
  most = MOST_CHARACTERS,
): [pieces: ExplainedPiece[], isCut: boolean] {
  const kept: ExplainedPiece[] = [];
  let length = 0;
  for (const { text, contribution } of pieces) {
    if (length >= most) return [kept, true];
    const shown = printable(text);
    kept.push({ text: shown, contribution });
    length += shown.length;
  }
  return [kept, false];
}

const names = (classes: readonly string[]): string =>
  classes.length > 0 ? classes.map(printable).join(', ') : 'no class';
