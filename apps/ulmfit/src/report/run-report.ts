import { basename, resolve } from 'node:path';
import {
  IMDB_LABELS,
  type EpochMetrics,
  type Evaluation,
  type RunMetrics,
  type RunRecord,
  type RunResult,
  type RunSettings,
  wilsonInterval,
} from '@ulmfit/pipeline';
import { duration } from '../duration.js';
import { percent } from '../percent.js';
import { Html, html } from './html.js';
import { pageStyle } from './page-style.js';
import { stageCharts, stageOf } from './stage-charts.js';

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
      <td></td>
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

/** What was trained on what, and by what: a row for each thing that some stage had. */
function factTable({ settings, engine, model, metrics, result }: RunRecord): Html {
  const { recipe, seed, splitSeed, backwards } = settings;
  const ran = new Set([...metrics.map(stageOf), ...Object.keys(result)]);
  const reviews = reviewsOf(settings, ran);
  const facts: Record<string, string | undefined> = {
    'Started from': startOf(settings),
    Reviews: reviews.length > 0 ? `${settings.data}: ${reviews.join(', ')}` : undefined,
    Model: sizesOf(settings, model),
    'Learning rate': recipe.schedule,
    'Texts are read': backwards ? 'from their end' : undefined,
    Seeds: `${seed}; ${splitSeed} for the choice of reviews`,
    Engine: engine && `${engine.backend} ${engine.version}, ${engine.precision}, threads: ${engine.threads}`,
    'Time of training': duration(secondsOf(metrics)),
  };
  const rows = Object.entries(facts).filter(([, value]) => value !== undefined);
  return html`<table class="facts">
    ${rows.map(
      ([name, value = '']) =>
        html`<tr>
          <th scope="row">${name}</th>
          <td>${value}</td>
        </tr> `,
    )}
  </table>`;
}

/** What the first of the trained models began with. */
function startOf({ corpus, corpusWords, pretrained, encoder, transfer, recipe }: RunSettings): string {
  const given = encoder ?? pretrained;
  if (given !== undefined) return given;
  if (!transfer || !recipe.languageModel.pretrain) return 'nothing';
  const text = corpus ?? 'the sample’s general text';
  return corpusWords === undefined ? text : `${text}, ${corpusWords} words of it`;
}

/** How many reviews each stage had, of those that ran. */
function reviewsOf({ labels, lmReviews, testReviews }: RunSettings, ran: ReadonlySet<string>): string[] {
  return [
    ...(ran.has('finetune') ? [`${lmReviews ?? 'all'} for the language model`] : []),
    ...(ran.has('classify') ? [`${labels ?? 'all'} labelled`] : []),
    ...(ran.has('evaluate') ? [`${testReviews ?? 'all'} to score`] : []),
  ];
}

function sizesOf(
  { recipe, pretrained, encoder }: RunSettings,
  model: RunRecord['model'],
): string | undefined {
  // A model that starts from another has its sizes.
  if (!model && (pretrained ?? encoder) !== undefined) return undefined;
  const { embedding, hidden, layers } = model ?? recipe.encoder;
  const words = model ? `, ${model.vocabulary} words` : '';
  return `embedding ${embedding}, hidden ${hidden}, ${layers} layers${words}`;
}

/** Of the epochs that are whole: what a resumed stage says of itself is the time since then. */
const secondsOf = (metrics: readonly RunMetrics[]): number =>
  metrics.reduce((sum, line) => sum + (line.type === 'epoch' ? line.seconds : 0), 0);

function stageSection(stage: string, { metrics, result }: RunRecord): Html {
  const lines = metrics.filter((line) => stageOf(line) === stage);
  const isDone = stage in result;
  return html`<h2>${stage}${isDone ? '' : html` <small>not finished</small>`}</h2>
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
