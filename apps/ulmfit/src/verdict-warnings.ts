import { printable } from '@ulmfit/errors';
import { coloursOf } from './colours.js';
import { judgedMembers, mainFigure, memberNames, isBelow, type Scored } from './evaluation-figures.js';

/**
 * What must be said of a classifier that is no better than a guess or than the plain baseline, in lines for standard error.
 * Red and yellow where that is a terminal and `NO_COLOR` doesn't forbid it.
 */
export function verdictWarnings(
  result: Scored,
  stream: { readonly isTTY?: boolean | undefined } = process.stderr,
): string[] {
  const { red, yellow } = coloursOf(stream);
  const members = judgedMembers(result);
  const chosen = members.find(({ isChosen }) => isChosen);
  const guesses = members
    .filter(({ judgement }) => judgement.verdict !== 'good')
    .map(({ kind, isChosen, judgement }) =>
      isChosen
        ? red(`ulmfit: ${printable(judgement.verdictWords)}`)
        : yellow(`ulmfit: ${memberNames[kind]} alone: ${printable(judgement.verdictWords)}`),
    );
  const { linear } = result.judgements;
  if (!chosen || !linear || !isBelow(chosen.judgement, linear)) return guesses;
  const { name, of, show } = mainFigure(chosen.judgement.multiLabel);
  const figures = `${name} ${show(of(chosen.judgement))}, and ${show(of(linear))} by the linear model alone`;
  return [...guesses, yellow(`ulmfit: the plain baseline does better here: ${figures}`)];
}
