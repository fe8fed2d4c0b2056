import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { abs, mean, memory, type Scalar } from '@tensorflow/tfjs-core';
import { sgd } from '@ulmfit/optimizers';
import type { LabelledRow, MultiLabelRow } from '@ulmfit/text';
import type { TrainingPlugin } from '@ulmfit/trainer';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
import { micro, opinionsOf } from '../micro.test-helper.js';
import type { Recipe } from '../recipe/recipe.js';
import { trainTextClassifier } from './train-text-classifier.js';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-rows-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const recipe: Recipe = {
  ...micro,
  languageModel: { ...micro.languageModel, pretrain: null },
  classifier: { ...micro.classifier, fits: [{ name: 'all', freezeTo: 0, epochs: 3, lr: 4e-2, spread: 1 }] },
};
const rowsOf = (count: number, seed: number): LabelledRow[] => {
  const { texts, labels } = opinionsOf(count, seed);
  return texts.map((text, i) => ({ text, label: labels[i] === 1 ? 'good' : 'bad' }));
};

/** A custom regulariser: the mean size of the last layer's output. */
function activationL1(): TrainingPlugin<unknown, unknown, { dropped: unknown }> {
  let term: Scalar | undefined;
  return {
    name: 'activationL1',
    taps: ['dropped'],
    observe: { dropped: (x) => void (term = mean(abs(x))) },
    loss: () => term && { l1: term },
  };
}

it('makes a classifier of rows in memory, blended with the plain baseline', async () => {
  const before = memory().numTensors;
  const limited: Recipe = { ...recipe, linear: { maxTerms: 30 } };
  const options = { recipe: limited, tokenCache: false, folder: join(root, 'run') };
  const rows = { train: rowsOf(40, 1), test: rowsOf(20, 2), unlabelled: opinionsOf(10, 3).texts };
  const { classifier, report, result } = await trainTextClassifier({ ...rows, ...options });
  expect(Object.keys(result)).toEqual(['linear', 'finetune', 'classify', 'evaluate']);
  expect(result.linear?.features).toBe(30);
  expect(report?.split).toBe('test');
  expect(result.classify?.best).toMatchObject({ fit: 'classify.1-all' });
  // Each word tells the class.
  expect(report?.judgements.linear?.accuracy).toBe(1);
  expect(report?.judgements[report.chosen]?.accuracy).toBeGreaterThan(0.9);
  expect(classifier.classes).toEqual(['bad', 'good']);
  const predictions = await classifier.predict(['the plot shines .', 'the cast drags .']);
  expect(predictions.map(({ label }) => label)).toEqual(['good', 'bad']);
  await expect(classifier.predict(['fine', ' \n'])).rejects.toMatchObject({
    code: 'EMPTY_TEXT',
    message: 'text 2: holds no words; leave it out',
  });
  classifier.dispose();
  expect(memory().numTensors).toBe(before);

  // The same call says the same, and other rows are refused.
  const again = await trainTextClassifier({ ...rows, ...options });
  expect(again.result).toEqual(result);
  again.classifier.dispose();
  const other = { ...rows, train: rowsOf(40, 9) };
  await expect(trainTextClassifier({ ...other, ...options })).rejects.toMatchObject({ code: 'OTHER_DATA' });
});

it('gives a text any number of classes where rows have lists, and leaves nothing on the disk', async () => {
  const tokenizer = join(root, 'words.mjs');
  writeFileSync(
    tokenizer,
    "export const tokenizer = { name: 'words', rules: '1', tokenize: (text) => ['xxbos', ...text.split(' ')] };",
  );
  const terms: number[] = [];
  const train = rowsOf(40, 4).map(({ text, label }): MultiLabelRow => ({
    text,
    labels: [label, ...(text.includes('film') ? ['film'] : [])],
  }));
  // A place of its own: other tests make folders in the common one meanwhile.
  const temporary = join(root, 'temporary');
  mkdirSync(temporary);
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, temporary);
  onTestFinished(() => void vi.unstubAllEnvs());
  let most = 0;
  const { classifier, report } = await trainTextClassifier({
    ...{ train, recipe: { ...recipe, tokenizer }, tokenCache: false },
    plugins: { classify: [activationL1()] },
    optimizer: { finetune: sgd() },
    onEvent: (event) => {
      if (event.type !== 'epoch') return;
      terms.push(event.values['l1'] ?? NaN);
      most = Math.max(most, readdirSync(temporary).length);
    },
  });
  // One epoch of the language model, three of the classifier.
  expect(terms.map((l1) => l1 > 0)).toEqual([false, true, true, true]);
  expect(most).toBeGreaterThan(0);
  expect(readdirSync(temporary)).toEqual([]);
  expect(existsSync(join(root, 'run'))).toBe(true);
  expect(classifier).toMatchObject({ classes: ['bad', 'film', 'good'], multiLabel: true });
  expect(report?.split).toBe('valid');
  const [prediction] = await classifier.predict(['the film was great .']);
  expect(Object.keys(prediction?.probabilities ?? {})).toEqual(['bad', 'film', 'good']);
  expect(prediction?.labels).toContain('good');
  classifier.dispose();
});
