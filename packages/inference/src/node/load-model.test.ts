import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { memory } from '@tensorflow/tfjs-core';
import { createClassifier, createLanguageModel } from '@ulmfit/awd-lstm';
import { writeBundle, writeBundleFile } from '@ulmfit/checkpoint';
import { specialTokens, tokenizerNamed, Vocabulary } from '@ulmfit/text';
import { expect, it, onTestFinished } from 'vitest';
import { bundleOfClassifier, bundleOfLanguageModel } from '../index.js';
import { loadClassifier, loadLanguageModel, loadModel } from './index.js';

const vocabulary = new Vocabulary([...specialTokens, 'good', 'bad', 'film']);
const sizes = { vocabulary: vocabulary.size, embedding: 3, hidden: 4, layers: 1 };
const tokenizer = tokenizerNamed('fastai');

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-node-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function classifierBundle() {
  const model = createClassifier({ ...sizes, classes: 2, headLayers: [3] }, { seed: 1 });
  onTestFinished(() => model.dispose());
  const classifier = { model, vocabulary, classes: ['neg', 'pos'], backwards: false };
  return bundleOfClassifier({ classifier, tokenizer, decision: { temperature: 1 } });
}

function languageModelBundle() {
  const model = createLanguageModel(sizes, { seed: 2 });
  onTestFinished(() => model.dispose());
  return bundleOfLanguageModel({ model, vocabulary, tokenizer, backwards: false });
}

/** An installed package that has these files. */
function installed(project: string, name: string, manifest: object): string {
  const folder = join(project, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...manifest }));
  return folder;
}

it('gives the same from a file, a folder, a run, a file address and a package, and keeps no tensor', async () => {
  const root = temporary();
  const bundle = classifierBundle();
  writeBundle(join(root, 'run', 'model'), bundle);
  writeBundleFile(join(root, 'all.ulmfit'), bundle);
  writeBundleFile(join(installed(root, '@me/tickets', {}), 'model.ulmfit'), bundle);
  writeBundle(join(installed(root, 'elsewhere', { ulmfit: 'files/deep' }), 'files', 'deep'), bundle);
  const from = join(root, 'src', 'deeper');
  mkdirSync(from, { recursive: true });
  const before = memory().numTensors;
  const given = [];
  for (const source of [
    join(root, 'all.ulmfit'),
    join(root, 'run', 'model'),
    join(root, 'run'),
    pathToFileURL(join(root, 'all.ulmfit')),
    pathToFileURL(join(root, 'run')).href,
    '@me/tickets',
    'elsewhere',
  ]) {
    for (const load of [loadModel, loadClassifier]) {
      const model = await load(source, { from });
      if (model.kind !== 'classifier') throw new Error('no classifier');
      given.push(await model.predict(['a good film']));
      model.dispose();
    }
  }
  expect(memory().numTensors).toBe(before);
  for (const predictions of given) expect(predictions).toEqual(given[0]);
});

it('tells which kind a model is, and refuses the other', async () => {
  const root = temporary();
  writeBundle(join(root, 'run', 'pretrain'), languageModelBundle());
  const model = await loadModel(join(root, 'run'));
  expect(model.kind).toBe('language-model');
  model.dispose();
  (await loadLanguageModel(join(root, 'run'))).dispose();
  await expect(loadClassifier(join(root, 'run'))).rejects.toMatchObject({
    code: 'NO_MODEL',
    message: `${join(root, 'run')}: holds no classifier; give the folder of a run that has trained one, or of its model/`,
  });
  await expect(loadClassifier(join(root, 'run', 'pretrain'))).rejects.toThrow(
    'holds a language model; give a classifier',
  );
  writeBundle(join(root, 'run', 'model'), classifierBundle());
  await expect(loadLanguageModel(join(root, 'run', 'model'))).rejects.toThrow(
    'holds a classifier; give a language model',
  );
});

it('tells how far it has come, and ends by a signal', async () => {
  const root = temporary();
  writeBundle(root, classifierBundle());
  const told: number[] = [];
  const totals = new Set<number>();
  const onProgress = ({ loaded, total }: { loaded: number; total: number }) => {
    told.push(loaded);
    totals.add(total);
  };
  (await loadModel(root, { onProgress })).dispose();
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect([...totals]).toEqual([told.at(-1)]);
  const controller = new AbortController();
  const stopped = loadModel(root, {
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('enough')),
  });
  await expect(stopped).rejects.toThrow('enough');
});

it('reads of a package nothing beyond its folder, and says what is wrong with it', async () => {
  const root = temporary();
  writeBundle(join(root, 'secret'), classifierBundle());
  for (const place of [
    '../../secret',
    `${root}/../..${root}/secret`,
    '..',
    '',
    7,
    'a\0b',
    null,
    'package.json/x',
    'a'.repeat(9999),
  ]) {
    installed(root, 'hostile', { ulmfit: place });
    await expect(loadModel('hostile', { from: root }), String(place)).rejects.toMatchObject({
      code: 'NO_MODEL',
      message: expect.stringMatching(/^[^\n]+$/) as string,
    });
  }
  installed(root, 'empty', {});
  await expect(loadModel('empty', { from: root })).rejects.toThrow(
    'the package empty holds no model; its package.json says where it is: "ulmfit": "model.ulmfit"',
  );
  writeFileSync(join(installed(root, 'broken', {}), 'package.json'), '{');
  await expect(loadModel('broken', { from: root })).rejects.toThrow(/package\.json: is not JSON/);
  await expect(loadModel('not-there', { from: root })).rejects.toMatchObject({ code: 'NO_MODEL' });
  await expect(loadModel('https://[/', { from: root })).rejects.toMatchObject({ code: 'BAD_OPTION' });
});
