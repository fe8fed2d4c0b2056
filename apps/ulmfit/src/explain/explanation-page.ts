import { printable } from '@ulmfit/errors';
import { explainedPieces, type ClassExplanation, type Explanation } from '@ulmfit/inference';
import { percent } from '../percent.js';
import { colouredPieces, colourKey } from '../report/coloured-pieces.js';
import { html, type Html } from '../report/html.js';
import { pageOf } from '../report/page.js';
import { notesOn } from './explanation-lines.js';
import { signed, strongestPieces } from './strongest-pieces.js';

const MOST_WORDS = 12;

/** Explained texts as one page that needs nothing beside it. */
export const explanationPage = (explanations: readonly Explanation[]): string =>
  pageOf(
    'Explanations',
    html`<h1>Why these classes</h1>
      <p>
        The colour of a word is what it adds to the logit of a class, in comparison with the same text where
        every word is unknown; its figure shows where the mouse rests. The figures of all words add up to the
        difference of the logits.
      </p>
      ${explanations.map(textSection)}`,
  );

function textSection(explanation: Explanation): Html {
  const { label, probability } = explanation.prediction;
  return html`<section>
    <h2>${printable(label)} <small>${percent(probability)}</small></h2>
    ${explanation.classes.map((each) => classSection(explanation, each))}
    ${notesOn(explanation).map((note) => html`<p><small>${note}</small></p>`)}
  </section> `;
}

function classSection(explanation: Explanation, each: ClassExplanation): Html {
  const { label, logit, baseline, contributions } = each;
  const pieces = explainedPieces(explanation, contributions);
  return html`<p>
      ${colourKey(printable(label))}
      <small>· logit ${logit.toFixed(2)}, ${baseline.toFixed(2)} with every word unknown</small>
    </p>
    <blockquote class="explained">${colouredPieces(pieces)}</blockquote>
    <details>
      <summary>The words that say most</summary>
      <table>
        ${strongestPieces(pieces, MOST_WORDS).map(
          ({ text, contribution }) =>
            html`<tr>
              <th scope="row">${printable(text)}</th>
              <td>${signed(contribution)}</td>
            </tr> `,
        )}
      </table>
    </details>`;
}
