import { printable } from '@ulmfit/errors';
import { chosenJudgement, type MistakenText } from '@ulmfit/pipeline';
import type { ExplainedPiece } from '@ulmfit/inference';
import { splitFields } from '@ulmfit/text';
import {
  evaluationFigures,
  judgedMembers,
  mainFigure,
  standingOf,
  type JudgedMember,
  type Standing,
  type Scored,
} from '../evaluation-figures.js';
import { percent } from '../percent.js';
import { beginningOf } from '../explain/mistake-lines.js';
import { calibrationChart } from './calibration-chart.js';
import { classTable } from './class-table.js';
import { colouredPieces, colourKey } from './coloured-pieces.js';
import { confusionSection } from './confusion-section.js';
import { term } from './glossary.js';
import { html, type Html } from './html.js';
import { standingScale } from './standing-scale.js';

/** Characters of a text that are shown. */
const MOST_TEXT = 400;
const MOST_MISTAKES = 20;
/** Those that are shown at once: as many as are explained. */
const FIRST_MISTAKES = 5;

const STANDINGS: Record<Standing, { readonly look: string; readonly words: string }> = {
  good: { look: 'good', words: 'beats guessing' },
  'below the baseline': { look: 'below', words: 'below the plain baseline' },
  'a guess': { look: 'guess', words: 'no better than guessing' },
};

/** The figure that the classifier is judged by, larger than all else and coloured by how it stands; and the verdict. */
export function mainFigureSection(result: Scored): Html {
  const chosen = chosenJudgement(result);
  const { multiLabel, documents, accuracyInterval, verdict } = chosen;
  const { name, of, show } = mainFigure(multiLabel);
  const [low, high] = accuracyInterval;
  const { look, words } = STANDINGS[standingOf(result)];
  const hasInterval = !multiLabel && documents > 0;
  return html`<section class="main ${look}">
    <div>
      <p class="what">${term(name, capital(name))} on ${documents} ${setOf(result)} texts</p>
      <p class="figure">${show(of(chosen))}</p>
      <p class="standing">
        ${verdict === 'one class for everything' ? verdict : words}${besideBaseline(result)}
      </p>
      ${
        hasInterval
          ? html`<p class="what">${term('95 % interval')} ${percent(low)} to ${percent(high)}</p>`
          : ''
      }
    </div>
    <div>
      ${standingScale(result)}
      <p class="verdict">${verdictOf(result)}</p>
    </div>
  </section>`;
}

/** How a good classifier stands against the plain baseline, where there is one beside it. */
function besideBaseline(result: Scored): string {
  const { linear } = result.judgements;
  if (!linear || result.chosen === 'linear' || standingOf(result) !== 'good') return '';
  const { of } = mainFigure(linear.multiLabel);
  return of(chosenJudgement(result)) > of(linear)
    ? ' and the plain baseline'
    : ', equal to the plain baseline';
}

const capital = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

/** A scored classifier: the classifiers side by side, its classes, confusions, mistakes and calibration. */
export function evaluationSections(result: Scored): Html {
  const chosen = chosenJudgement(result);
  const members = judgedMembers(result);
  const calibrationTitle = chosen.multiLabel
    ? 'How often a text is of a class, by the probability given to it'
    : 'How often the predicted class is right, by its probability';
  return html`<h2>Class by class</h2>
    <div class="beside">${confusionSection(chosen)} ${classTable(members)}</div>
    ${mistakesOf(result)}
    <h2>All metrics, and how far to trust a probability</h2>
    <div class="beside">
      ${sideBySide(members)}
      <figure class="chart">
        <figcaption>${calibrationTitle}</figcaption>
        ${calibrationChart(calibrationTitle, members)}
        <p>
          <small
            >On the dotted line, a prediction that is 90 % sure is right in nine cases of ten. Bigger points
            have more texts.</small
          >
        </p>
      </figure>
    </div>`;
}

const setOf = ({ split }: Scored): string => (split === 'test' ? 'test' : 'validation');

function verdictOf(result: Scored): string {
  const chosen = chosenJudgement(result);
  const words = printable(chosen.verdictWords);
  const { linear } = result.judgements;
  if (standingOf(result) !== 'below the baseline' || !linear) return words;
  const { name, of, show } = mainFigure(chosen.multiLabel);
  return `${words} Yet the linear model alone does better here: ${name} ${show(of(linear))}, not ${show(of(chosen))}.`;
}

/** A row for each figure, a column for each classifier; the best of a row is bold. */
function sideBySide(members: readonly JudgedMember[]): Html | string {
  const [first] = members;
  if (!first) return '';
  return html`<figure>
    <figcaption>${members.length > 1 ? 'Side by side' : 'Figures'}</figcaption>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <td></td>
            ${members.map(
              ({ kind, isChosen }) =>
                html`<th scope="col">
                  ${term(kind)}${isChosen && members.length > 1 ? html`<br /><small>predicts</small>` : ''}
                </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${evaluationFigures(first.judgement).map(({ name, of, show, lowIsGood = false }) => {
            const values = members.map(({ judgement }) => of(judgement));
            const numbers = values.filter(Number.isFinite);
            const best = lowIsGood ? Math.min(...numbers) : Math.max(...numbers);
            return html`<tr>
              <th scope="row">${term(name)}</th>
              ${values.map((value) =>
                value === best && members.length > 1
                  ? html`<td><strong>${show(value)}</strong></td>`
                  : html`<td>${show(value)}</td>`,
              )}
            </tr> `;
          })}
        </tbody>
      </table>
    </div>
  </figure>`;
}

function mistakesOf({ mistakes }: Scored): Html | string {
  if (mistakes.length === 0) return '';
  const shown = mistakes.slice(0, MOST_MISTAKES);
  const more = shown.slice(FIRST_MISTAKES);
  return html`<h2>Most confident mistakes</h2>
    <p>
      The wrong answers that the classifier was most confident of. Wrong labels in the data are often among
      them.
    </p>
    ${mistakes.some(({ pieces }) => pieces) ? html`<p>${colourKey('the predicted class')}</p>` : ''}
    <ol class="mistakes">
      ${shown.slice(0, FIRST_MISTAKES).map(mistake)}
    </ol>
    ${
      more.length > 0
        ? html`<details>
            <summary>${more.length} more</summary>
            <ol class="mistakes" start="${FIRST_MISTAKES + 1}">
              ${more.map(mistake)}
            </ol>
          </details>`
        : ''
    }`;
}

function mistake({ text, truth, predicted, probability, pieces }: MistakenText): Html {
  const shown = pieces ? colouredExcerpt(pieces) : excerpt(splitFields(text).join(' · '));
  const sure = Number.isFinite(probability) ? percent(probability) : '–';
  return html`<li>
    <p>
      <b>${names(predicted)}</b> <small>predicted, ${sure} sure</small> · <b>${names(truth)}</b>
      <small>true</small>
    </p>
    <blockquote>${shown}</blockquote>
  </li> `;
}

/** The beginning of a text in colours. */
function colouredExcerpt(pieces: readonly ExplainedPiece[]): Html {
  const [shown, isCut] = beginningOf(pieces, MOST_TEXT);
  return html`${colouredPieces(shown)}${isCut ? ' …' : ''}`;
}

const names = (classes: readonly string[]): string =>
  classes.length > 0 ? classes.map(printable).join(', ') : 'no class';

/** The beginning of a text; a character stays whole. */
function excerpt(text: string): string {
  const begin = [...text.slice(0, 2 * MOST_TEXT)].slice(0, MOST_TEXT).join('');
  return printable(begin).trim() + (begin.length < text.length ? ' …' : '');
}
