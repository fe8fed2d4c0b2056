// `npm run curve -- --data aclImdb.tar.gz --from runs/imdb --labels 100,500,2000`: the test error by the number of labels, of transfer, of the same
// model from scratch and of TF-IDF, in a table and a chart. The same command goes on where it was cut short.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { useBackend } from '@ulmfit/backend-node';
import { adjustRecipe, presets, type PresetName, type Recipe } from '@ulmfit/pipeline';
import { isImdb, taskOf } from '../../apps/ulmfit/src/task-of.js';
import { curveChart, paperOnImdb } from './chart.js';
import { curve } from './curve.js';
import { lineOf, summarize, type Figure } from './point.js';
import { curveTable } from './table.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    from: { type: 'string' },
    backwards: { type: 'boolean', default: false },
    labels: { type: 'string', default: '100,500,2000' },
    seeds: { type: 'string', default: '1,2,3' },
    models: { type: 'string', default: 'transfer,scratch,linear' },
    preset: { type: 'string', default: 'small' },
    // A file, or NAME=FILE, several times, to compare recipes.
    recipe: { type: 'string', multiple: true, default: [] },
    'text-column': { type: 'string' },
    'label-column': { type: 'string' },
    'split-column': { type: 'string' },
    'label-delimiter': { type: 'string' },
    'test-reviews': { type: 'string' },
    'lm-reviews': { type: 'string' },
    'valid-share': { type: 'string', default: '0.1' },
    development: { type: 'string', default: '0' },
    figure: { type: 'string', default: 'accuracy' },
    threads: { type: 'string' },
    out: { type: 'string', default: 'runs/curve' },
  },
});

const fail = (message: string): never => {
  console.error(`curve: ${message}`);
  process.exit(2);
};
const numbers = (flag: 'labels' | 'seeds'): number[] => {
  const list = values[flag].split(',').map(Number);
  return list.every((n) => Number.isInteger(n) && n > 0)
    ? list
    : fail(`--${flag} must be integers, such as 100,500`);
};
const number = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

const data = values.data ?? fail('give --data, a file or the archive of reviews');
const kinds = values.models.split(',').map((name) => {
  const known = (['transfer', 'scratch', 'linear'] as const).find((kind) => kind === name);
  return known ?? fail(`--models ${name} is none of transfer, scratch, linear`);
});
const { from, threads } = values;
if (kinds.includes('transfer') && from === undefined)
  fail('give --from, the run or bundle of a language model');
const figure: Figure = values.figure === 'macroF1' ? 'macroF1' : 'accuracy';

const isPreset = (name: string): name is PresetName => Object.hasOwn(presets, name);
const preset = isPreset(values.preset) ? presets[values.preset] : fail(`--preset ${values.preset} is none`);
const recipes: Record<string, Recipe> = {};
for (const given of values.recipe) {
  const [, name = '', path = given] = /^(?:([\w-]+)=)?(.+)$/.exec(given) ?? [];
  recipes[name] = adjustRecipe(preset, JSON.parse(readFileSync(path, 'utf8')), path);
}
if (Object.keys(recipes).length === 0) recipes[''] = preset;

const task = await taskOf({
  data,
  splitSeed: 1,
  textColumn: values['text-column'],
  labelColumn: values['label-column'],
  splitColumn: values['split-column'],
  labelDelimiter: values['label-delimiter'],
  testReviews: number(values['test-reviews']),
  lmReviews: number(values['lm-reviews']),
  // What validates is drawn among the labels.
  ...(isImdb(data) && { validShare: 0 }),
});
const engine = await useBackend({ ...(threads !== undefined && { threads: Number(threads) }) });
const controller = new AbortController();
process.once('SIGINT', () => controller.abort());

const { out } = values;
const points = await curve({
  ...{ folder: out, task, kinds, recipes, from, engine, backwards: values.backwards },
  ...{ labels: numbers('labels'), seeds: numbers('seeds') },
  validShare: Number(values['valid-share']),
  development: Number(values.development),
  signal: controller.signal,
  onPoint: (point) =>
    console.log(
      `${lineOf(point)}, ${point.labels} labels, seed ${point.seed}: accuracy ${point.accuracy.toFixed(4)}, macro-F1 ${point.macroF1.toFixed(4)}`,
    ),
});
const summaries = summarize(points, figure);
const table = curveTable(summaries);
console.log(`\n${table}`);
writeFileSync(join(out, 'curve.md'), table);
const isPaper = isImdb(data) && figure === 'accuracy';
for (const theme of ['light', 'dark'] as const) {
  const chart = curveChart(`Share of wrong texts by the number of labels`, summaries, {
    theme,
    published: isPaper ? paperOnImdb : [],
  });
  writeFileSync(join(out, `curve-${theme}.svg`), chart);
}
console.log(`${join(out, 'curve.md')}, curve-light.svg and curve-dark.svg`);
