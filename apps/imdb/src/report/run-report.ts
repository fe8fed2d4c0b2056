import { basename, resolve } from 'node:path';
import {
  IMDB_LABELS,
  type EpochMetrics,
  type Evaluation,
  type RunMetrics,
  type RunRecord,
  type RunResult,
  type RunSettings,
} from '@ulmfit/pipeline';
import { duration } from '../duration.js';
import { percent } from '../percent.js';
import { Html, html } from './html.js';
import { pageStyle } from './page-style.js';
import { stageCharts, stageOf } from './stage-charts.js';
import { wilsonInterval } from './wilson-interval.js';

/** A run as one page that needs nothing beside it: its figures, the course of its training, its settings. */
export function runReport(run: RunRecord): string {
  const name = basename(resolve(run.path));
  const stages = [...new Set(run.metrics.map(stageOf))];
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <title>${name} · ULMFiT</title>
        <style>
          ${new Html(pageStyle)}
        </style>
      </head>
      <body>
        <h1>${name}</h1>
        ${results(run.result)} ${run.result.evaluate ? confusion(run.result.evaluate) : ''}
        <h2>What ran</h2>
        ${factTable(run)} ${stages.map((stage) => stageSection(stage, run))}
        <h2>Settings</h2>
        <details>
          <summary>Every one, as <code>config.json</code> keeps them</summary>
          <pre>${JSON.stringify(run.settings, null, 2)}</pre>
        </details>
      </body>
    </html> `;
  return page.text;
}

/** The figures that a run is made for, each with its name. */
function results({ pretrain, finetune, evaluate }: RunResult): Html {
  const cards = [
    ...(evaluate
      ? [
          card('Accuracy on test reviews', percent(evaluate.accuracy), accuracyNote(evaluate)),
          card('Loss on test reviews', evaluate.loss.toFixed(4), 'nats a review'),
        ]
      : []),
    ...(finetune
      ? [card('Perplexity on reviews', finetune.perplexity.toFixed(2), heldOut(finetune.accuracy))]
      : []),
    ...(pretrain
      ? [card('Perplexity on general text', pretrain.perplexity.toFixed(2), heldOut(pretrain.accuracy))]
      : []),
  ];
  if (cards.length === 0) return html`<p>No stage is finished yet.</p>`;
  return html`<ul class="cards">
    ${cards}
  </ul>`;
}

const card = (title: string, figure: string, note: string): Html =>
  html`<li><span>${title}</span><strong>${figure}</strong><span>${note}</span></li>`;

const heldOut = (accuracy: number) => `held-out text; ${percent(accuracy)} of the next words guessed`;

function accuracyNote({ accuracy, documents }: Evaluation): string {
  const [low, high] = wilsonInterval(accuracy, documents);
  return `${documents} reviews; 95 % interval ${percent(low)} to ${percent(high)}`;
}

/** Rows are what a review is, columns what it was taken for. */
const confusion = ({ confusion: rows }: Evaluation): Html =>
  html`<table>
    <caption>
      Test reviews by what they are and what they were taken for
    </caption>
    <tr>
      <th></th>
      ${rows.map((_, j) => html`<th scope="col">as ${label(j)}</th>`)}
      <th scope="col">right</th>
    </tr>
    ${rows.map((row, i) => {
      const all = row.reduce((sum, n) => sum + n, 0);
      const right = all > 0 ? percent((row[i] ?? 0) / all) : '–';
      return html`<tr>
        <th scope="row">${label(i)}</th>
        ${row.map((n) => html`<td>${n}</td>`)}
        <td>${right}</td>
      </tr> `;
    })}
  </table>`;

const label = (i: number): string => IMDB_LABELS[i] ?? String(i);

/** What was trained on what, and by what. */
function factTable({ settings, engine, result }: RunRecord): Html {
  const { data, labels, lmReviews, recipe, seed, splitSeed, backwards } = settings;
  const { embedding, hidden, layers } = recipe.encoder;
  const seconds = Object.values(result).reduce((sum, figures) => sum + (figures?.seconds ?? 0), 0);
  const words = (result.finetune ?? result.pretrain)?.vocabulary;
  const facts: [string, string][] = [
    ['Reviews', `${data}; ${labels ?? 'all'} labelled ones, ${lmReviews ?? 'all'} for the language model`],
    ['Started from', startOf(settings)],
    [
      'Model',
      `embedding ${embedding}, hidden ${hidden}, ${layers} layers${words === undefined ? '' : `, ${words} words`}`,
    ],
    ['Learning rate', `${recipe.schedule}${backwards ? '; texts read from their end' : ''}`],
    ['Seeds', `${seed}; ${splitSeed} for the choice of reviews`],
    ...(engine
      ? [
          [
            'Engine',
            `${engine.backend} ${engine.version}, ${engine.precision}, threads: ${engine.threads}`,
          ] satisfies [string, string],
        ]
      : []),
    ['Time of finished stages', duration(seconds)],
  ];
  return html`<table class="facts">
    ${facts.map(
      ([name, value]) =>
        html`<tr>
          <th scope="row">${name}</th>
          <td>${value}</td>
        </tr> `,
    )}
  </table>`;
}

/** What the first of the trained models began with. */
function startOf({ corpus, pretrained, encoder, transfer, recipe }: RunSettings): string {
  const given = encoder ?? pretrained;
  if (given !== undefined) return given;
  if (!transfer || !recipe.languageModel.pretrain) return 'nothing';
  return corpus ?? 'the sample’s general text';
}

function stageSection(stage: string, { metrics, result }: RunRecord): Html {
  const lines = metrics.filter((line) => stageOf(line) === stage);
  const isDone = stage in result;
  return html`<h2>${stage}${isDone ? '' : html` <small>under way</small>`}</h2>
    <div class="charts">${stageCharts(lines)}</div>
    ${epochTable(lines)} `;
}

/** A row for each epoch, a column for each figure that any of them has. */
function epochTable(metrics: readonly RunMetrics[]): Html | string {
  const epochs = metrics.filter((line): line is EpochMetrics => line.type === 'epoch');
  if (epochs.length === 0) return '';
  const names = [...new Set(epochs.flatMap(({ values }) => Object.keys(values)))];
  return html`<div class="wide">
    <table>
      <caption>
        Epochs: means over their steps, and over the held-out text under
        <code>valid/</code>
      </caption>
      <tr>
        ${['fit', 'epoch', 'steps', 'time', ...names].map((name) => html`<th scope="col">${name}</th>`)}
      </tr>
      ${epochs.map(
        ({ fit, epoch, step, seconds, values }) =>
          html`<tr>
            <th scope="row">${fit}</th>
            ${[...[epoch + 1, step, duration(seconds)], ...names.map((name) => figure(values[name]))].map(
              (cell) => html`<td>${cell}</td>`,
            )}
          </tr> `,
      )}
    </table>
  </div>`;
}

const figure = (value: number | undefined): string =>
  value === undefined ? '' : String(Number(value.toPrecision(4)));
