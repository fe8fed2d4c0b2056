import { chosenJudgement } from '@ulmfit/pipeline';
import { mainFigure, type Scored } from '../evaluation-figures.js';
import { term } from './glossary.js';
import { html, type Html } from './html.js';

/** The main figure on a scale from 0 to 1, beside a guess and the plain baseline. */
export function standingScale(result: Scored): Html {
  const chosen = chosenJudgement(result);
  const { of, show } = mainFigure(chosen.multiLabel);
  const { linear } = result.judgements;
  const marks = [
    { name: 'guessing', value: chosen.guess, look: 'other' },
    ...(linear && result.chosen !== 'linear'
      ? [{ name: 'plain baseline', value: of(linear), look: 'other' }]
      : []),
    { name: 'this run', value: of(chosen), look: 'own' },
  ].filter(({ value }) => Number.isFinite(value));
  return html`<ul class="scale">
    ${marks.map(
      ({ name, value, look }) =>
        html`<li class="${look}">
          <span>${term(name)}</span>
          <span class="track"><span style="--share: ${Number(value.toFixed(4))}"></span></span>
          <span>${show(value)}</span>
        </li>`,
    )}
  </ul>`;
}
