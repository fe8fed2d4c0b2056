import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClassifier } from '@ulmfit/awd-lstm';
import { fastaiTokenizer, rowsTask, specialTokens, Vocabulary } from '@ulmfit/text';
import { expect, it, onTestFinished } from 'vitest';
import { evaluateModels, saveClassifier } from '../index.js';

it('scores a model of your own tokenizer with that, and says so without', async () => {
  const vocabulary = new Vocabulary([...specialTokens, 'good', 'bad']);
  const sizes = { vocabulary: vocabulary.size, embedding: 3, hidden: 4, layers: 1 };
  const model = createClassifier({ ...sizes, classes: 2, headLayers: [3] }, { seed: 1 });
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-evaluate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const classifier = { model, vocabulary, classes: ['neg', 'pos'], backwards: false };
  const source = `export default { name: 'spaces', rules: 'spaces 1', tokenize: (text) => text.split(' ') }`;
  const module = `data:text/javascript,${encodeURIComponent(source)}`;
  const tokenizer = { name: 'spaces', rules: 'spaces 1', tokenize: (text: string) => text.split(' ') };
  saveClassifier(folder, { classifier, tokenizer, decision: { temperature: 1 } });
  model.dispose();

  const row = (text: string, label: string) => ({ text, label });
  const rows = [row('good', 'pos'), row('bad', 'neg')];
  const task = rowsTask({ train: rows, valid: rows });
  const options = { models: [folder], task, tokenCache: false };
  await expect(evaluateModels(options)).rejects.toMatchObject({ code: 'OTHER_TOKENIZER' });
  const results = [];
  for (const given of [tokenizer, module])
    results.push(await evaluateModels({ ...options, tokenizer: given }));
  expect(results[0]).toEqual(results[1]);
});

it('explains as many of the mistakes as it is asked to, word by word', async () => {
  const vocabulary = new Vocabulary([...specialTokens, 'good', 'bad', 'film']);
  const sizes = { vocabulary: vocabulary.size, embedding: 3, hidden: 4, layers: 1 };
  const model = createClassifier({ ...sizes, classes: 2, headLayers: [3] }, { seed: 1 });
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-evaluate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const classifier = { model, vocabulary, classes: ['neg', 'pos'], backwards: false };
  saveClassifier(folder, { classifier, tokenizer: fastaiTokenizer(), decision: { temperature: 1 } });
  model.dispose();
  // Of each text one label is wrong.
  const texts = ['A GOOD film, &amp; good!', 'A bad film.'];
  const rows = texts.flatMap((text) => ['neg', 'pos'].map((label) => ({ text, label })));
  const options = { models: [folder], task: rowsTask({ train: rows, valid: rows }), tokenCache: false };
  const { mistakes } = await evaluateModels({ ...options, explainMistakes: 1 });
  expect(mistakes).toHaveLength(2);
  const [first, second] = mistakes;
  expect(first?.pieces?.map(({ text }) => text).join('')).toBe(first?.text);
  expect(first?.pieces?.some(({ contribution }) => contribution !== 0)).toBe(true);
  expect(second?.pieces).toBeUndefined();
  const [plain] = (await evaluateModels(options)).mistakes;
  expect(plain?.pieces).toBeUndefined();
  const both = await evaluateModels({ ...options, models: [folder, folder], explainMistakes: 1 });
  expect(both.mistakes[0]?.pieces).toBeUndefined();
});
