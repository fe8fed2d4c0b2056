import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { fastaiTokenizer, rowsTask } from '@ulmfit/text';
import { expect, it, onTestFinished } from 'vitest';
import { saveLanguageModel } from '../inference/save-models.js';
import { micro, microData, opinionsOf } from '../micro.test-helper.js';
import { defaultPretrained } from './default-pretrained.js';
import { runFiles } from './run-files.js';

const taskOf = (texts: string[]) =>
  rowsTask({ train: texts.map((text, i) => ({ text, label: i % 2 ? 'good' : 'bad' })) });
const own = taskOf(opinionsOf(20, 9).texts);
const options = { tokenizer: 'fastai' };

it('is the installed general model where that knows the words of the task', async () => {
  const from = mkdtempSync(join(tmpdir(), 'ulmfit-default-'));
  onTestFinished(() => rmSync(from, { recursive: true }));
  expect(await defaultPretrained(own, { ...options, from })).toBeUndefined();

  const folder = join(from, 'node_modules/@ulmfit/pretrained-en');
  const { vocabulary } = microData();
  const model = createLanguageModel({ vocabulary: vocabulary.size, ...micro.encoder });
  saveLanguageModel(folder, { model, vocabulary }, { tokenizer: fastaiTokenizer(), backwards: false });
  model.dispose();
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: '@ulmfit/pretrained-en' }));
  expect(await defaultPretrained(own, { ...options, from })).toBe('en');
  // Of the other direction, another tokenizer, or other words there is none.
  expect(await defaultPretrained(own, { ...options, from, backwards: true })).toBeUndefined();
  expect(await defaultPretrained(own, { from, tokenizer: 'segmenter:de' })).toBeUndefined();
  const foreign = taskOf(['der Film ist großartig .', 'die Handlung ist öde .', 'sehr gut .', 'schlecht .']);
  expect(await defaultPretrained(foreign, { ...options, from })).toBeUndefined();
});

it('is what a run was begun with', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-default-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const pretrained of ['general.ulmfit', undefined]) {
    const settings = {
      ...{ task: null, corpus: null, pretrained, backwards: false, transfer: true, linear: true, seed: 1 },
      ...{ recipe: micro, plugins: {}, optimizer: {} },
    };
    writeFileSync(join(folder, runFiles.config), JSON.stringify(settings));
    expect(await defaultPretrained(own, { ...options, folder })).toBe(pretrained);
  }
});
