import { printable } from '@ulmfit/errors';
import type { Judgement } from '@ulmfit/pipeline';
import { percent } from '../percent.js';
import { html, type Html } from './html.js';

/** Classes whose matrix is still read. */
const MATRIX_CLASSES = 30;

/** The confusion matrix with colours, and the pairs that are confused most. */
export const confusionSection = (judgement: Judgement): Html =>
  html`${
    judgement.confusion && judgement.classes.length <= MATRIX_CLASSES
      ? matrix(judgement, judgement.confusion)
      : ''
  }
  ${pairs(judgement)}`;

/** Rows are true classes, columns predicted ones; the colour is the share of the row. */
function matrix({ classes, perClass }: Judgement, confusion: readonly (readonly number[])[]): Html {
  const name = (i: number) => printable(classes[i] ?? '');
  return html`<figure>
    <figcaption class="narrow">Confusion matrix: rows are true classes, columns predicted ones</figcaption>
    <div class="wide">
      <table class="confusion${classes.length > 6 ? ' many' : ''}">
        <thead>
          <tr>
            <td></td>
            ${confusion.map((_, j) => html`<th scope="col"><span>${name(j)}</span></th>`)}
          </tr>
        </thead>
        <tbody>
          ${confusion.map((row, i) => {
            const all = perClass[i]?.support ?? 0;
            return html`<tr>
              <th scope="row">${name(i)}</th>
              ${row.map((n, j) => {
                const share = all > 0 ? n / all : 0;
                const title = `${n} of ${all} texts of ${name(i)} are predicted as ${name(j)}`;
                return html`<td
                  class="${[i === j ? 'right' : 'wrong', ...(n === 0 ? ['none'] : [])].join(' ')}"
                  style="--share: ${Number(share.toFixed(3))}"
                  title="${title}"
                >
                  ${n}
                </td>`;
              })}
            </tr> `;
          })}
        </tbody>
      </table>
    </div>
  </figure>`;
}

function pairs({ classes, confusedPairs, perClass }: Judgement): Html | string {
  // Of two classes the matrix tells all.
  if (confusedPairs.length === 0 || classes.length <= 2) return '';
  const name = (i: number) => printable(classes[i] ?? '');
  return html`<figure>
    <figcaption>Most confused</figcaption>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="row">true class</th>
            <th scope="row">predicted</th>
            <th scope="col">texts</th>
            <th scope="col">of the class</th>
          </tr>
        </thead>
        <tbody>
          ${confusedPairs.map(({ truth, predicted, count }) => {
            const all = perClass[truth]?.support ?? 0;
            return html`<tr>
              <th scope="row">${name(truth)}</th>
              <th scope="row">${name(predicted)}</th>
              <td>${count}</td>
              <td>${all > 0 ? percent(count / all) : '–'}</td>
            </tr> `;
          })}
        </tbody>
      </table>
    </div>
  </figure>`;
}
