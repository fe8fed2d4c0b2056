import { printable } from '@ulmfit/errors';
import { duration } from '../duration.js';
import { decimals, mainFigure } from '../evaluation-figures.js';
import { percent } from '../percent.js';
import { html, type Html } from '../report/html.js';
import { pageOf } from '../report/page.js';
import { ulmfitCommand } from '../resume-command.js';
import type { ComparedRun, Comparison } from './compared-runs.js';

/** A comparison as one page that needs nothing beside it. */
export function comparisonPage(comparison: Comparison): string {
  const { task, split, runs, settings, notes } = comparison;
  const [first] = runs;
  const { documents = 0, classes = [], multiLabel = false } = first?.judgement ?? {};
  const texts = split === 'test' ? 'test' : 'validation';
  return pageOf(
    `${runs.length} runs compared`,
    html`<header>
        <h1>${runs.length} runs compared</h1>
        <p>${printable(task)}: ${documents} ${texts} texts of ${classes.length} classes</p>
      </header>
      ${runTable(runs, multiLabel)} ${notes.map((note) => html`<p>${note}</p>`)}
      <h2>F1 by class</h2>
      ${classTable(runs)}
      <h2>Settings that differ</h2>
      ${
        settings.length === 0
          ? html`<p>None.</p>`
          : html`<div class="wide">
              <table class="settings">
                <thead>
                  <tr>
                    <th scope="row">setting</th>
                    ${runs.map(({ path }) => html`<th scope="row">${printable(path)}</th>`)}
                  </tr>
                </thead>
                <tbody>
                  ${settings.map(
                    ({ path, values }) =>
                      html`<tr>
                        <th scope="row"><code>${printable(path)}</code></th>
                        ${values.map(
                          (value, i) =>
                            html`<td data-run="${printable(runs[i]?.path ?? '')}">
                              <code>${printable(value)}</code>
                            </td>`,
                        )}
                      </tr> `,
                  )}
                </tbody>
              </table>
            </div>`
      }
      <h2>Make this page again</h2>
      <pre class="command">
${ulmfitCommand(['compare', ...runs.map(({ path }) => path), '--out', 'compare.html'])}</pre>`,
  );
}

/** A row for each run, with its interval drawn on a scale that all share. */
function runTable(runs: readonly ComparedRun[], multiLabel: boolean): Html {
  const { name, of, show } = mainFigure(multiLabel);
  const [low, high] = scaleOf(runs);
  const place = (value: number) => Number(((100 * (value - low)) / (high - low)).toFixed(2));
  return html`<div class="wide">
    <table class="runs">
      <thead>
        <tr>
          <th scope="row">run</th>
          <th scope="col">${name}</th>
          <th scope="col">macro F1</th>
          <th scope="col" class="extra">labels</th>
          <th scope="col">time</th>
          ${multiLabel ? '' : html`<th scope="row">95 % interval<span class="extra">, ${percent(low)} to ${percent(high)}</span></th>`}
        </tr>
      </thead>
      <tbody>
        ${runs.map(({ path, judgement, labels, seconds, isBest }) => {
          const { accuracy, accuracyInterval, macro } = judgement;
          const [from, to] = accuracyInterval;
          const figure = show(of(judgement));
          return html`<tr>
            <th scope="row">${printable(path)}${isBest ? html` <small>best</small>` : ''}</th>
            <td>${isBest ? html`<strong>${figure}</strong>` : figure}</td>
            <td>${decimals(macro.f1)}</td>
            <td class="extra">${labels ?? '–'}</td>
            <td>${duration(seconds)}</td>
            ${
              multiLabel
                ? ''
                : html`<td class="interval" title="${percent(from)} to ${percent(to)}">
                    <span
                      role="img"
                      aria-label="${percent(from)} to ${percent(to)}"
                      style="--from: ${place(from)}%; --to: ${place(to)}%; --at: ${place(accuracy)}%"
                    ></span>
                  </td>`
            }
          </tr> `;
        })}
      </tbody>
    </table>
  </div>`;
}

/** From the lowest to the highest end of the intervals, in whole tenths of a per cent. */
function scaleOf(runs: readonly ComparedRun[]): [low: number, high: number] {
  const ends = runs.flatMap(({ judgement }) => judgement.accuracyInterval).filter(Number.isFinite);
  if (ends.length === 0) return [0, 1];
  return [Math.floor(1000 * Math.min(...ends)) / 1000, Math.ceil(1000 * Math.max(...ends)) / 1000];
}

const MOST_CLASSES = 100;

function classTable(runs: readonly ComparedRun[]): Html {
  const { classes = [], perClass = [] } = runs[0]?.judgement ?? {};
  return html`<div class="wide">
    <table class="classes">
      <thead>
        <tr>
          <th scope="row">class</th>
          ${runs.map(({ path }) => html`<th scope="col">${printable(path)}</th>`)}
          <th scope="col">texts</th>
        </tr>
      </thead>
      <tbody>
        ${classes.slice(0, MOST_CLASSES).map((name, i) => {
          const values = runs.map(({ judgement }) => judgement.perClass[i]?.f1 ?? NaN);
          const best = Math.max(...values.filter(Number.isFinite));
          return html`<tr>
            <th scope="row">${printable(name)}</th>
            ${values.map(
              (value) =>
                html`<td
                  class="bar"
                  style="--share: ${Number.isFinite(value) ? Number(value.toFixed(3)) : 0}"
                >
                  ${value === best ? html`<strong>${decimals(value)}</strong>` : decimals(value)}
                </td>`,
            )}
            <td>${perClass[i]?.support ?? ''}</td>
          </tr> `;
        })}
      </tbody>
    </table>
    ${classes.length > MOST_CLASSES ? html`<p><small>The first ${MOST_CLASSES} of ${classes.length}.</small></p>` : ''}
  </div>`;
}
