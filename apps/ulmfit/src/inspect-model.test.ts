import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClassifier, createLanguageModel } from '@ulmfit/awd-lstm';
import { saveClassifier, saveLanguageModel } from '@ulmfit/pipeline';
import { trainLinear } from '@ulmfit/linear';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ulmfitHere } from './in-process.test-helper.js';
import { temporaryFolder } from './small-data.test-helper.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  const vocabulary = new Vocabulary([...specialTokens, 'good', 'bad', 'film']);
  const sizes = { embedding: 3, hidden: 4, layers: 1, vocabulary: vocabulary.size };
  const model = createClassifier({ ...sizes, classes: 2, headLayers: [5] }, { seed: 2 });
  const rows = ['good', 'bad', 'good one', 'bad one'].map((text, i) => ({ text, labels: [1 - (i % 2)] }));
  const linear = await trainLinear(rows, { classes: 2, multiLabel: false });
  const classifier = { model, vocabulary, classes: ['neg', 'p\u001bos'], backwards: true };
  const decision = { temperature: 1.25, linearWeight: 0.5, blendOf: 'logits' } as const;
  saveClassifier(at('run/model'), { classifier, tokenizer: fastaiTokenizer(), decision, linear });
  model.dispose();
  const language = createLanguageModel(sizes, { seed: 2 });
  saveLanguageModel(
    at('run/finetune'),
    { model: language, vocabulary },
    { tokenizer: fastaiTokenizer(), backwards: false },
  );
  language.dispose();
});

const inspect = (...args: string[]) => ulmfitHere(['inspect', ...args]);

it('tells what the models of a run are', async () => {
  const { code, stdout, stderr } = await inspect(at('run'));
  expect(code, stderr).toBe(0);
  const [classifier, language] = stdout.replaceAll(folder, '').split('\n\n');
  expect(classifier).toMatch(/^classifier +\/run\/model\narchitecture +AWD-LSTM, /);
  for (const line of [
    /^architecture .*embedding 3, hidden 4, layers 1/m,
    /^settings .*window 72, maxLength 1440, headLayers 5$/m,
    /^weights +\d+ in float32, \d+\.\d kB$/m,
    /^vocabulary +12 words/m,
    /^tokenizer +fastai$/m,
    /^reads +from the last word to the first$/m,
    /^classes +2: neg, p\ufffdos$/m,
    /^decision +temperature 1\.25, linearWeight 0\.5, blendOf logits$/m,
    /^linear model +\d+ terms$/m,
    /^checksums +match$/m,
  ])
    expect(classifier).toMatch(line);
  expect(language).toMatch(/^language model \/run\/finetune\n/);
  expect(language).toMatch(/^reads +forwards$/m);
  expect(language).not.toMatch(/^classes/m);
});

it.each(['float32', 'float16', 'int8'])('counts the weights of a file in %s', async (format) => {
  expect((await ulmfitHere(['export', at('run'), at(`${format}.ulmfit`), '--weights', format])).code).toBe(0);
  const { code, stdout } = await inspect(at(`${format}.ulmfit`), '--json');
  expect(code).toBe(0);
  const [model] = (JSON.parse(stdout) as { models: Record<string, unknown>[] }).models;
  const embedding = 12 * 3;
  const lstm = 4 * 3 * (3 + 3 + 2);
  const head = 9 * 4 + 5 * 9 + 5 * 4 + 2 * 5;
  expect(model).toMatchObject({ kind: 'classifier', weights: embedding + lstm + head, sound: true });
});

it('says what is damaged, and of what kind the rest is', async () => {
  cpSync(at('run/model'), at('damaged'), { recursive: true });
  const weights = readFileSync(at('damaged/weights.safetensors'));
  weights[weights.length - 1] = (weights.at(-1) ?? 0) ^ 1;
  writeFileSync(at('damaged/weights.safetensors'), weights);
  const { code, stdout, stderr } = await inspect(at('damaged'));
  expect(code).toBe(2);
  expect(stdout).toMatch(/^checksums +do not match/m);
  expect(stdout).toMatch(/^tokenizer +fastai$/m);
  expect(stderr).toMatch(/damaged: weights\.safetensors .*; copy the model again\n$/);
  writeFileSync(at('damaged/bundle.json'), '{"format": 2}');
  expect((await inspect(at('damaged'))).stderr).toMatch(/bundle\.json/);
  writeFileSync(at('zip.ulmfit'), 'PK\u0003\u0004 and no more');
  expect(await inspect(at('zip.ulmfit'))).toMatchObject({ code: 2, stdout: '' });
});
