import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adjustRecipe, presets } from '@ulmfit/pipeline';
import { rowsTask, type ClassificationTask, type TaskSplit } from '@ulmfit/text';
import { expect, it, onTestFinished } from 'vitest';
import { curveChart, paperOnImdb } from './chart.js';
import { curve } from './curve.js';
import { fewLabelsTask } from './few-labels-task.js';
import { accuracyOfGuessing, hasCollapsed } from './has-collapsed.js';
import { summarize, type Point } from './point.js';
import { curveTable } from './table.js';

const rowOf = (i: number) => ({
  text: `${i % 2 === 0 ? 'a lovely film' : 'a dreary film'} of ${i} minutes`,
  label: i % 2 === 0 ? 'good' : 'bad',
});
const task = rowsTask({
  train: Array.from({ length: 60 }, (_, i) => rowOf(i)),
  test: Array.from({ length: 10 }, (_, i) => rowOf(100 + i)),
  validShare: 0,
});

async function textsOf(few: ClassificationTask, split: TaskSplit): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of few.labelled(split)) texts.push(text);
  return texts;
}

it('draws as many texts of each class, fewer among more, and none of those that score', async () => {
  const options = { seed: 3, validShare: 0.25, development: 12 };
  const [few, more] = await Promise.all(
    [16, 32].map((labels) => fewLabelsTask(task, { ...options, labels })),
  );
  if (!few || !more) throw new Error('unreachable');
  expect([few.counts, more.counts]).toEqual([
    { train: 12, valid: 4, test: 12 },
    { train: 24, valid: 8, test: 12 },
  ]);
  const [train, valid, test, all] = await Promise.all([
    textsOf(few, 'train'),
    textsOf(few, 'valid'),
    textsOf(few, 'test'),
    textsOf(more, 'train'),
  ]);
  expect(train.filter((text) => text.includes('lovely'))).toHaveLength(6);
  expect(new Set([...train, ...valid, ...test]).size).toBe(28);
  expect(all).toEqual(expect.arrayContaining(train));
  const other = await fewLabelsTask(task, { ...options, labels: 16, seed: 4 });
  expect(await textsOf(other, 'test')).toEqual(test);
  expect(await textsOf(other, 'train')).not.toEqual(train);
});

it('scores the test set where no development texts are asked for, and refuses to leave none to train on', async () => {
  const few = await fewLabelsTask(task, { labels: 4, seed: 1, validShare: 0, development: 0 });
  expect(few.counts).toEqual({ train: 4, valid: 0, test: 10 });
  expect(await textsOf(few, 'test')).toEqual(await textsOf(task, 'test'));
  await expect(
    fewLabelsTask(task, { labels: 4, seed: 1, validShare: 0, development: 60 }),
  ).rejects.toMatchObject({ code: 'TOO_FEW_DOCUMENTS' });
});

it('keeps what is done: a second call trains nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-curve-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let reads = 0;
  const counted: ClassificationTask = {
    ...task,
    labelled: (...of) => {
      reads++;
      return task.labelled(...of);
    },
  };
  const options = {
    ...{ folder, task: counted, labels: [8, 40], seeds: [1, 2], kinds: ['linear'] as const },
    ...{ recipes: { '': presets.tiny }, validShare: 0.25, development: 10 },
  };
  const points = await curve(options);
  expect(points.map(({ kind, labels, seed, texts }) => [kind, labels, seed, texts])).toEqual(
    [8, 40].flatMap((labels) => [1, 2].map((seed) => ['linear', labels, seed, 10])),
  );
  expect(points.every(({ accuracy }) => accuracy > 0.9)).toBe(true);
  const before = reads;
  expect(await curve(options)).toEqual(points);
  expect(reads).toBe(before);
});

it('finds a collapse by the validation texts alone', async () => {
  const few = await fewLabelsTask(task, { labels: 16, seed: 3, validShare: 0.25, development: 12 });
  expect(await accuracyOfGuessing(few)).toBe(0.5);
  const unwatched = await fewLabelsTask(task, { labels: 16, seed: 3, validShare: 0, development: 12 });
  expect(await accuracyOfGuessing(unwatched)).toBeUndefined();
  expect([0.4, 0.5, 0.75].map((accuracy) => hasCollapsed(accuracy, 0.5))).toEqual([true, true, false]);
  expect([hasCollapsed(undefined, 0.5), hasCollapsed(0.1, undefined)]).toEqual([false, false]);
});

const pointOf = (kind: Point['kind'], labels: number, seed: number, accuracy: number): Point => ({
  ...{ kind, labels, seed, accuracy, macroF1: accuracy, recipe: '', texts: 100 },
});

it('sums up seeds by their mean and its standard error, in a table and a chart for each theme', () => {
  const summaries = summarize(
    [
      pointOf('transfer', 500, 1, 0.9),
      pointOf('transfer', 100, 1, 0.7),
      { ...pointOf('transfer', 100, 2, 0.8), restarts: 1 },
      pointOf('linear', 1000, 1, 0.75),
    ],
    'accuracy',
  );
  expect(summaries[0]).toMatchObject({ line: 'transfer', labels: 100, seeds: 2, least: 0.7, most: 0.8 });
  expect(summaries[0]?.mean).toBeCloseTo(0.75);
  expect(summaries[0]?.standardError).toBeCloseTo(0.05);
  expect(curveTable(summaries)).toBe(
    [
      '| labels | transfer | TF-IDF |',
      '| --- | --- | --- |',
      '| 100 | .750 ± .050 (2, restarted 1) |  |',
      '| 500 | .900 |  |',
      '| 1,000 |  | .750 |',
      '',
    ].join('\n'),
  );
  const charts = (['light', 'dark'] as const).map((theme) =>
    curveChart('Errors', summaries, { theme, published: paperOnImdb }),
  );
  for (const chart of charts)
    for (const text of ['transfer', 'TF-IDF', 'the paper, both directions, 4.6 %', 'aria-label="Errors"'])
      expect(chart).toContain(text);
  expect(charts[0]).not.toBe(charts[1]);
});

const recipes = new URL('recipes/', import.meta.url);

const recipe = (name: string) => {
  const changes: unknown = JSON.parse(readFileSync(new URL(name, recipes), 'utf8'));
  return adjustRecipe(presets['quick-on-cpu'], changes, name);
};

it.each(readdirSync(recipes).filter((name) => name !== 'from-scratch.json'))(
  'recipes/%s makes as many updates as the others, so that one thing differs',
  (name) => {
    const { fits } = recipe(name).classifier;
    expect(fits.reduce((sum, { minimumSteps = 0 }) => sum + minimumSteps, 0)).toBe(360);
  },
);

it('recipes/from-scratch.json changes a preset', () => {
  expect(recipe('from-scratch.json').classifier.scratch.minimumSteps).toBe(400);
});
