import { printable } from '@ulmfit/errors';
import type { Judgement, PrecisionRecall } from '@ulmfit/pipeline';
import { classRows } from '../class-rows.js';
import { decimals, memberNames, type JudgedMember } from '../evaluation-figures.js';
import { term } from './glossary.js';
import { html, type Html } from './html.js';

const LIMITS = { most: 100, ends: 25 };

/** Precision, recall and F1 of the chosen classifier by class, the F1 of the others beside it. */
export function classTable(members: readonly JudgedMember[]): Html | string {
  const chosen = members.find(({ isChosen }) => isChosen)?.judgement;
  if (!chosen) return '';
  const others = members.filter(({ isChosen }) => !isChosen);
  const { rows, note } = classRows(chosen, LIMITS);
  const all = chosen.perClass.reduce((sum, { support }) => sum + support, 0);
  const row = (
    name: string,
    of: (judgement: Judgement) => PrecisionRecall | undefined,
    ...[auc, texts]: [auc: number | undefined, texts: number]
  ) => {
    const { precision = NaN, recall = NaN, f1 = NaN } = of(chosen) ?? {};
    return html`<tr>
      <th scope="row">${printable(name)}</th>
      <td>${decimals(precision)}</td>
      <td>${decimals(recall)}</td>
      <td class="bar" style="--share: ${shareOf(f1)}">${decimals(f1)}</td>
      ${others.map(({ judgement }) => {
        const other = of(judgement)?.f1 ?? NaN;
        return html`<td class="extra bar" style="--share: ${shareOf(other)}">${decimals(other)}</td>`;
      })}
      <td class="extra">${auc === undefined ? '' : decimals(auc)}</td>
      <td>${texts}</td>
    </tr> `;
  };
  return html`<figure>
    <figcaption>${captionOf(members)}${note === undefined ? '' : `; ${note}`}</figcaption>
    <div class="wide">
      <table class="classes">
        <thead>
          <tr>
            <th scope="row">class</th>
            ${['precision', 'recall', 'F1'].map((name) => html`<th scope="col">${term(name)}</th>`)}
            ${others.map(({ kind }) => html`<th scope="col" class="extra">${kind} F1</th>`)}
            <th scope="col" class="extra">${term('ROC-AUC')}</th>
            <th scope="col">texts</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map((i) => {
            const { rocAuc, support = 0 } = chosen.perClass[i] ?? {};
            return row(chosen.classes[i] ?? '', ({ perClass }) => perClass[i], rocAuc, support);
          })}
        </tbody>
        <tfoot>
          ${chosen.micro ? row('micro mean', ({ micro }) => micro, undefined, all) : ''}
          ${row('macro mean', ({ macro }) => macro, chosen.rocAuc, all)}
          ${row('weighted mean', ({ weighted }) => weighted, undefined, all)}
        </tfoot>
      </table>
    </div>
  </figure>`;
}

const shareOf = (value: number): number => (Number.isFinite(value) ? Number(value.toFixed(3)) : 0);

function captionOf(members: readonly JudgedMember[]): string {
  const chosen = members.find(({ isChosen }) => isChosen);
  const whose = members.length > 1 && chosen ? ` of ${memberNames[chosen.kind]}` : '';
  return `Precision, recall and F1${whose}`;
}
