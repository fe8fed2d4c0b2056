import { basename, resolve } from 'node:path';
import type {
  EpochMetrics,
  PluginSettings,
  RunMetrics,
  RunRecord,
  RunResult,
  RunSettings,
  RunTask,
} from '@ulmfit/pipeline';
import { duration } from '../duration.js';
import { keptEpochText } from '../kept-epoch.js';
import { percent } from '../percent.js';
import { evaluationSections, mainCard } from './evaluation-sections.js';
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
        ${results(run.result)} ${run.result.evaluate ? evaluationSections(run.result.evaluate) : ''}
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
    ...(evaluate ? [mainCard(evaluate)] : []),
    ...(finetune
      ? [card('Perplexity on the task’s texts', finetune.perplexity.toFixed(2), heldOut(finetune.accuracy))]
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

/** A plugin with what it was made with, such as `tokenCutoff (rate 0.1, replacement 0)`. */
function pluginName(plugin: PluginSettings): string {
  if (typeof plugin === 'string') return plugin;
  const { name, settings } = plugin;
  const isTable = typeof settings === 'object' && settings !== null && !Array.isArray(settings);
  const entries = isTable
    ? Object.entries(settings).map(([key, value]) => `${key} ${JSON.stringify(value)}`)
    : [];
  return `${name} (${isTable ? entries.join(', ') : JSON.stringify(settings)})`;
}

/** What was trained on what, and by what: a row for each thing that some stage had. */
function factTable({ settings, task, engine, model, metrics }: RunRecord): Html {
  const { recipe, seed, backwards } = settings;
  const facts: Record<string, string | undefined> = {
    Task: task && taskOf(task),
    'Started from': startOf(settings),
    Model: sizesOf(settings, model),
    'Learning rate': recipe.schedule,
    'Plugins beside the recipe’s': byStage(settings.plugins, (plugins) => plugins.map(pluginName).join(', ')),
    'Optimizer in place of the recipe’s': byStage(settings.optimizer, ({ name }) => name),
    'Texts are read': backwards ? 'from their end' : undefined,
    Seed: String(seed),
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

/** What there is of each stage; undefined where no stage has any. */
function byStage<Value>(
  values: Readonly<Record<string, Value>>,
  textOf: (value: Value) => string,
): string | undefined {
  const stages = Object.entries(values).map(([stage, value]) => `${stage}: ${textOf(value)}`);
  return stages.length === 0 ? undefined : stages.join('; ');
}

function taskOf({ name, classes, multiLabel, counts: { train, valid, test } }: RunTask): string {
  const kind = multiLabel ? 'any number of them a text' : 'one a text';
  return `${name}: ${classes.length} classes, ${kind}; ${train} texts to train on, ${valid} to validate, ${test} to test`;
}

/** What the first of the trained models began with. */
function startOf({ corpus, pretrained, encoder }: RunSettings): string {
  const given = encoder ?? pretrained;
  if (given !== undefined) return given;
  if (!corpus) return 'nothing';
  const { kind, path, words } = corpus;
  const text = kind === 'files' ? String(path) : 'the sample’s general text';
  return words === undefined ? text : `${text}, ${String(words)} words of it`;
}

function sizesOf(
  { recipe, pretrained, encoder, architecture }: RunSettings,
  model: RunRecord['model'],
): string | undefined {
  // A model that starts from another has its sizes.
  if (!model && (pretrained ?? encoder) !== undefined) return undefined;
  const name = model?.architecture ?? architecture?.name ?? 'AWD-LSTM';
  const sizes = Object.entries(model?.sizes ?? architecture?.sizes ?? recipe.encoder);
  const words = model ? `, ${model.vocabulary} words` : '';
  return `${name}, ${sizes.map(([size, value]) => `${size} ${String(value)}`).join(', ')}${words}`;
}

/** Of the epochs that are whole: what a resumed stage says of itself is the time since then. */
const secondsOf = (metrics: readonly RunMetrics[]): number =>
  metrics.reduce((sum, line) => sum + (line.type === 'epoch' ? line.seconds : 0), 0);

function stageSection(stage: string, { metrics, result }: RunRecord): Html {
  const lines = metrics.filter((line) => stageOf(line) === stage);
  const isDone = stage in result;
  return html`<h2>${stage}${isDone ? '' : html` <small>not finished</small>`}</h2>
    ${stage === 'classify' && result.classify?.best ? html`<p>${keptEpochText(result.classify.best)}.</p>` : ''}
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
