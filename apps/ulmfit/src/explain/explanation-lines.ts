import { printable } from '@ulmfit/errors';
import { explainedPieces, type ClassExplanation, type Explanation } from '@ulmfit/inference';
import { terminalText } from '../terminal-text.js';
import { colouredText } from './terminal-colours.js';
import { signed, strongestPieces } from './strongest-pieces.js';

const MOST_WORDS = 10;

/** An explained text for the terminal: for each class its figures, the text, and the words that say most, with signs. */
export const explanationLines = (explanation: Explanation, withColours: boolean): string[] => [
  ...explanation.classes.flatMap((each) => classLines(explanation, each, withColours)),
  ...notesOn(explanation).map((note) => `(${note})`),
];

function classLines(
  explanation: Explanation,
  { label, logit, baseline, contributions }: ClassExplanation,
  withColours: boolean,
): string[] {
  const pieces = explainedPieces(explanation, contributions);
  const probability = explanation.prediction.probabilities[label] ?? NaN;
  const strongest = strongestPieces(pieces, MOST_WORDS);
  return [
    `${printable(label)} ${probability.toFixed(4)}: logit ${logit.toFixed(2)}, ${baseline.toFixed(2)} with every word unknown`,
    withColours ? colouredText(pieces) : terminalText(explanation.text),
    ...strongest.map(({ text, contribution }) => `  ${signed(contribution).padStart(7)}  ${printable(text)}`),
  ];
}

/** What a reader should know of an explanation beside its figures. */
export function notesOn({ classes, of, steps, context, method }: Explanation): string[] {
  const incomplete = classes.filter(({ isComplete }) => !isComplete);
  const most = Math.max(0, ...incomplete.map(({ gap }) => gap));
  return [
    ...(of === 'members'
      ? ['this model blends probabilities: its two models are explained, each by its share']
      : []),
    ...(incomplete.length > 0 && method === 'integrated-gradients'
      ? [`after ${steps} points the sum is still ${most.toPrecision(2)} off; --points allows more`]
      : []),
    ...(context > 0
      ? [`the text is very long: its first ${context} tokens in reading order were read, and not explained`]
      : []),
  ];
}
