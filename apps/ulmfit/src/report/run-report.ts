import { basename, resolve } from 'node:path';
import { chosenJudgement } from '@ulmfit/pipeline';
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
import { decimals } from '../evaluation-figures.js';
import { keptEpochText } from '../kept-epoch.js';
import { percent } from '../percent.js';
import { ulmfitCommand } from '../resume-command.js';
import { evaluationSections, mainFigureSection } from './evaluation-sections.js';
import { glossary, term } from './glossary.js';
import { Html, html } from './html.js';
import { pageOf } from './page.js';
import { remakeCommand } from './remake-command.js';
import { stageCharts, stageOf } from './stage-charts.js';

/** What a page tells beside the run's own files. */
export interface ReportOptions {
  /** When the run came to what it tells. Default: not told. */
  readonly date?: Date | undefined;
}

/** A run as one page that needs nothing beside it: its verdict, its figures, the course of its training, its settings. */
export function runReport(run: RunRecord, { date }: ReportOptions = {}): string {
  const name = basename(resolve(run.path));
  const { result, task, metrics } = run;
  const stages = [...new Set(metrics.map(stageOf))];
  return pageOf(
    name,
    html`<header>
        <h1>${name}</h1>
        <p>
          ${[
            ...(task ? [`${task.name}, ${task.classes.length} classes`] : []),
            ...(date ? [date.toISOString().slice(0, 10)] : []),
            `trained in ${duration(secondsOf(metrics))}`,
          ].join(' · ')}
        </p>
      </header>
      ${result.evaluate ? mainFigureSection(result.evaluate) : ''} ${cardsOf(result)}
      ${result.evaluate ? evaluationSections(result.evaluate) : ''}
      ${stages.length > 0 ? html`<h2>Training</h2>` : ''} ${stages.map((stage) => stageSection(stage, run))}
      <h2>What ran</h2>
      ${factTable(run)}
      <h2>Make it again</h2>
      ${remakeSection(run)}
      <details>
        <summary>Every setting, as <code>config.json</code> keeps them</summary>
        <pre>${JSON.stringify(run.settings, null, 2)}</pre>
      </details>
      ${glossary()}`,
  );
}

/** The commands for the run and for this page. */
function remakeSection(run: RunRecord): Html {
  const again = remakeCommand(run);
  return html`${
      again
        ? html`<p>The same run, in a new folder:</p>
            <pre class="command">${again.command}</pre>
            ${again.beside === undefined ? '' : html`<p><small>${again.beside}</small></p>`}`
        : html`<p>The run’s data came from a program; run that program again.</p>`
    }
    <p>This page:</p>
    <pre class="command">${ulmfitCommand(['report', run.path])}</pre>`;
}

/** The other figures that a run is made for, each with its name. */
function cardsOf({ pretrain, finetune, evaluate }: RunResult): Html | string {
  const cards = [
    ...(evaluate
      ? [
          card(
            'macro F1',
            'Macro F1',
            decimals(chosenJudgement(evaluate).macro.f1),
            'each class counts alike',
          ),
        ]
      : []),
    ...(finetune
      ? [
          card(
            'perplexity',
            'Perplexity on the task’s texts',
            finetune.perplexity.toFixed(2),
            heldOut(finetune.accuracy),
          ),
        ]
      : []),
    ...(pretrain
      ? [
          card(
            'perplexity',
            'Perplexity on general text',
            pretrain.perplexity.toFixed(2),
            heldOut(pretrain.accuracy),
          ),
        ]
      : []),
  ];
  if (cards.length === 0) return html`<p>No stage is finished yet.</p>`;
  return html`<ul class="cards">
    ${cards}
  </ul>`;
}

const card = (word: string, title: string, figure: string, note: string): Html =>
  html`<li><span>${term(word, title)}</span><strong>${figure}</strong><span>${note}</span></li>`;

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
    'Plugins added to the recipe’s': byStage(settings.plugins, (plugins) =>
      plugins.map(pluginName).join(', '),
    ),
    'Optimizer instead of the recipe’s': byStage(settings.optimizer, ({ name }) => name),
    'Texts are read': backwards ? 'backwards' : undefined,
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
  const kind = multiLabel ? 'any number per text' : 'one per text';
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
  const figures = isDone ? stageFigures(stage, result) : '';
  return html`<details class="stage" ${isDone ? '' : new Html(' open')}>
    <summary>
      <strong>${stage}</strong> ${isDone ? '' : html`<small>not finished</small>`}
      <small>${[figures, duration(secondsOf(lines))].filter((text) => text !== '').join(' · ')}</small>
    </summary>
    ${stage === 'classify' && result.classify?.best ? html`<p>${keptEpochText(result.classify.best)}.</p>` : ''}
    <div class="charts">${stageCharts(lines)}</div>
    ${epochTable(lines)}
  </details>`;
}

/** What a finished stage came to, in a few words. */
function stageFigures(stage: string, { pretrain, finetune, classify }: RunResult): string {
  if (stage === 'classify')
    return classify?.best ? `accuracy ${percent(classify.best.accuracy)} on the validation texts` : '';
  const figures = stage === 'pretrain' ? pretrain : finetune;
  return figures ? `perplexity ${figures.perplexity.toFixed(2)}` : '';
}

/** A row for each epoch, a column for each figure that any of them has. */
function epochTable(metrics: readonly RunMetrics[]): Html | string {
  const epochs = metrics.filter((line): line is EpochMetrics => line.type === 'epoch');
  if (epochs.length === 0) return '';
  const there = [...new Set(epochs.flatMap(({ values }) => Object.keys(values)))];
  const validated = FIRST_FIGURES.filter((name) => there.includes(name));
  const first = validated.length > 0 ? validated : ['loss'].filter((name) => there.includes(name));
  const others = there.filter((name) => !first.includes(name));
  return html`<div class="wide">
    <table class="epochs">
      <caption>
        Epochs: means over their steps, and over the held-out text under
        <code>valid/</code>
      </caption>
      <tr>
        <th scope="row">fit</th>
        <th scope="col">epoch</th>
        <th scope="col" class="extra">steps</th>
        ${['time', ...first].map((name) => html`<th scope="col">${breakable(name)}</th>`)}
        ${others.map((name) => html`<th scope="col" class="extra">${name}</th>`)}
      </tr>
      ${epochs.map(
        ({ fit, epoch, step, seconds, values }) =>
          html`<tr>
            <th scope="row">${fit}</th>
            <td>${epoch + 1}</td>
            <td class="extra">${step}</td>
            ${[duration(seconds), ...first.map((name) => figure(values[name]))].map(
              (cell) => html`<td>${cell}</td>`,
            )}
            ${others.map((name) => html`<td class="extra">${figure(values[name])}</td>`)}
          </tr> `,
      )}
    </table>
  </div>`;
}

/** A name that may go on in the next line behind its slash. */
const breakable = (name: string): Html => {
  const [first = '', ...others] = name.split('/');
  return html`${first}${others.map((part) => html`/<wbr />${part}`)}`;
};

/** What an epoch is judged by; a phone has no room for more. */
const FIRST_FIGURES = ['valid/accuracy', 'valid/macroF1', 'valid/loss'];

const figure = (value: number | undefined): string =>
  value === undefined ? '' : String(Number(value.toPrecision(4)));
