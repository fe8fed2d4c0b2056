import { plainDecision } from '@ulmfit/inference';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { awdLstm, createClassifier, type Architecture } from '@ulmfit/awd-lstm';
import { hiddenDropout, inputDropout } from '@ulmfit/regularizers';
import { fastaiTokenizer, rowsTask, specialTokens, Vocabulary, type TextSource } from '@ulmfit/text';
import { afterAll, expect, it, vi } from 'vitest';
import { plainRnns } from '../../../../tools/plain-rnn.js';
import { loadClassifier } from '../inference/load-classifier.js';
import { loadLanguageModel } from '../inference/load-models.js';
import { saveClassifier } from '../inference/save-models.js';
import { micro, opinionsOf } from '../micro.test-helper.js';
import type { Recipe } from '../recipe/recipe.js';
import { Interrupted } from '../stage-context.js';
import { trainClassifier } from '../stages/classifier-stage.js';
import { trainLanguageModel } from '../stages/language-model-stage.js';
import { corpusOf, microData } from '../micro.test-helper.js';
import { findRates } from './find-rates.js';
import { readRun } from './read-run.js';
import { run } from './run.js';
import type { RunOptions } from './run-options.js';
import { trainTextClassifier } from './train-text-classifier.js';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-architecture-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const { texts, labels } = opinionsOf(24);
const rows = texts.map((text, i) => ({ text, label: labels[i] === 1 ? 'good' : 'bad' }));
const corpus: TextSource = {
  name: 'opinions',
  settings: { kind: 'opinions' },
  documents: () => opinionsOf(20, 2).texts,
  fingerprint: () => Promise.resolve('opinions 2'),
};
const recipe: Recipe = {
  ...micro,
  languageModel: {
    ...micro.languageModel,
    pretrain: { epochs: 2, lr: 2e-2, dropoutMultiplier: 0.5, divisor: 1 },
  },
  classifier: {
    ...micro.classifier,
    fits: [
      { name: 'head', freezeTo: -1, epochs: 1, lr: 2e-2, spread: 1 },
      { name: 'all', freezeTo: -3, epochs: 1, lr: 2e-2, spread: 1 },
    ],
  },
};
const settings = { recipe, linear: false, tokenCache: false, architecture: plainRnns } as const;
const weights = (name: string, model: string) =>
  readFileSync(join(root, name, model, 'weights.safetensors')).toString('base64');

it('runs all stages over an encoder of one’s own, and ends with the same bytes when it was interrupted', async () => {
  const before = memory().numTensors;
  const task = rowsTask({ train: rows });
  const start = (name: string, more: Partial<RunOptions> = {}) =>
    run({
      ...{ folder: join(root, name), task, corpus, ...settings, ...more, architecture: plainRnns },
      plugins: { pretrain: [{ name: 'lookingOn' }] },
    });
  await start('whole');
  const stopped = async (steps: number) => {
    const controller = new AbortController();
    let left = steps;
    await start('stopped', {
      signal: controller.signal,
      onEvent: ({ type }) => void (type === 'step' && --left === 0 && controller.abort()),
    });
  };
  for (const steps of [4, 9, 3]) await expect(stopped(steps)).rejects.toThrow(Interrupted);
  await stopped(Infinity);
  for (const model of ['pretrain', 'finetune', 'model'])
    expect(weights('stopped', model), model).toBe(weights('whole', model));
  expect(memory().numTensors).toBe(before);

  const told = readRun(join(root, 'whole'));
  expect(told.settings.architecture).toEqual({ name: 'plain RNN', sizes: { features: 6 } });
  expect(told.model).toMatchObject({ architecture: 'plain RNN', sizes: { features: 6 } });
  await expect(
    run({ folder: join(root, 'whole'), task, corpus, recipe, linear: false, tokenCache: false }),
  ).rejects.toMatchObject({ code: 'RUN_DIFFERS' });

  const folder = join(root, 'whole');
  const message = `${folder}/model: its encoder is "plain RNN", and only AWD-LSTM is known here; pass it as architecture in the settings file, or by loadClassifier(folder, { architectures: [...] })`;
  await expect(loadClassifier(folder)).rejects.toMatchObject({ code: 'OTHER_ARCHITECTURE', message });
  const classifier = await loadClassifier(folder, { architectures: [plainRnns] });
  const [prediction] = await classifier.predict(['the plot shines .']);
  expect(prediction?.probability).toBeGreaterThan(0.5);
  classifier.dispose();

  // What another run starts from, too.
  const from = { encoder: join(root, 'whole', 'finetune') };
  const { corpus: _, ...other } = { task, corpus, ...settings };
  await run({ ...other, ...from, folder: join(root, 'from'), stages: ['classify'] });
  await expect(
    run({ ...{ folder: join(root, 'none'), task, recipe, linear: false, tokenCache: false }, ...from }),
  ).rejects.toMatchObject({ code: 'OTHER_ARCHITECTURE' });
  const { suggestions } = await findRates({
    ...{ stage: 'classify', task, recipe, from: join(root, 'whole'), steps: 40, tokenCache: false },
    architecture: plainRnns,
  });
  expect(Object.values(suggestions).every((lr) => lr > 0)).toBe(true);
});

it('trains a classifier of rows by it, with the plugins whose taps it has', async () => {
  const { classifier } = await trainTextClassifier({
    ...{ train: rows, ...settings },
    plugins: { classify: () => [{ ...inputDropout(0.1), name: 'moreInputDropout' }] },
  });
  expect(classifier.classes).toEqual(['bad', 'good']);
  classifier.dispose();
  await expect(
    trainTextClassifier({
      ...{ train: rows, ...settings },
      // @ts-expect-error it has no layers between which to drop
      plugins: { classify: [hiddenDropout(0.1)] },
    }),
  ).rejects.toMatchObject({
    code: 'BAD_PLUGINS',
    message: 'hiddenDropout uses the tap hidden; plain RNN classifier has input, raw, dropped, head',
  });
});

it('is a stage’s, which starts from a model of the same one alone', async () => {
  const data = microData();
  const language = { stage: 'pretrain', recipe, data, seed: 1 } as const;
  const tuned = await trainLanguageModel({ ...language, architecture: plainRnns });
  const { corpus: documents, vocabulary } = corpusOf(texts, data.vocabulary);
  const options = { recipe, vocabulary, train: { documents, labels }, classes: ['bad', 'good'], seed: 1 };
  const { model } = await trainClassifier({ ...options, from: tuned, architecture: plainRnns });
  expect(model.name).toBe('plain RNN classifier');
  expect(model.encoder.features).toBe(6);
  await expect(
    trainLanguageModel({ ...language, architecture: awdLstm(), from: tuned as never }),
  ).rejects.toThrow(
    'pretrain: the model to start from is "plain RNN", not AWD-LSTM; use the same architecture for both',
  );
  await expect(trainClassifier({ ...options, from: tuned })).rejects.toThrow(
    'classify: the model to start from is "plain RNN"; pass its { architecture }',
  );
  const misnamed: Architecture = { ...plainRnns, name: 'RNN' };
  await expect(trainLanguageModel({ ...language, architecture: misnamed })).rejects.toThrow(
    'the architecture RNN made an encoder named "plain RNN"; give both the same name',
  );
  model.dispose();
  tuned.model.dispose();
});

it('is refused where its training would not fit in memory, before it is made', async () => {
  const made = vi.fn(plainRnns.create);
  const refused = { code: 'TOO_LARGE' };
  const vast: Architecture = {
    ...{ name: 'plain RNN', sizes: { features: 6 }, create: made },
    memory: () => ({ parameters: 1e15, perToken: 1 }),
  };
  await expect(
    run({ folder: join(root, 'vast'), task: rowsTask({ train: rows }), ...settings, architecture: vast }),
  ).rejects.toMatchObject({
    ...refused,
    message: expect.stringMatching(
      /^architecture: "plain RNN" \(features 6\) and 1 words take 16000000\.00 GB/,
    ) as string,
  });
  const stage = { stage: 'pretrain', recipe, data: microData(), seed: 1 } as const;
  await expect(trainLanguageModel({ ...stage, architecture: vast })).rejects.toMatchObject(refused);
  const hidden = 16_384;
  const layers = 10_000;
  await expect(
    trainLanguageModel({ ...stage, architecture: awdLstm({ hidden, layers }) }),
  ).rejects.toMatchObject(refused);
  expect(made).not.toHaveBeenCalled();
});

it('is AWD-LSTM in a bundle of the first version, whose sizes stand among its other settings', async () => {
  const folder = join(root, 'first');
  const vocabulary = new Vocabulary([...specialTokens, 'good', 'bad']);
  const sizes = { vocabulary: vocabulary.size, embedding: 3, hidden: 4, layers: 1 };
  const model = createClassifier({ ...sizes, classes: 2, headLayers: [3] }, { seed: 1 });
  const tokenizer = fastaiTokenizer();
  const classifier = { model, vocabulary, classes: ['neg', 'pos'], backwards: false };
  saveClassifier(folder, { classifier, tokenizer, decision: plainDecision });
  const now = await loadClassifier(folder);
  const path = join(folder, 'bundle.json');
  const {
    sha256: _,
    architecture,
    config,
    ...rest
  } = JSON.parse(readFileSync(path, 'utf8')) as {
    sha256: string;
    architecture: string;
    config: { encoder: object };
  };
  expect(architecture).toBe('AWD-LSTM');
  const { encoder, ...settings } = config;
  expect(encoder).toEqual({ ...sizes, padIndex: 1 });
  writeFileSync(path, JSON.stringify({ ...rest, config: { ...encoder, ...settings } }));
  const then = await loadClassifier(folder);
  expect(await then.predict(['good bad'])).toEqual(await now.predict(['good bad']));
  for (const each of [now, then, model]) each.dispose();
  expect(() => loadLanguageModel(folder, 'finetune', tokenizer)).toThrow('holds a classifier');
});
