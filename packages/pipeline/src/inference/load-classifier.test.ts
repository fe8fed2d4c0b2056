import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fill } from '@tensorflow/tfjs-core';
import { createClassifier, type Classifier } from '@ulmfit/awd-lstm';
import { specialTokens, tokenizerNamed, Vocabulary, type Tokenizer } from '@ulmfit/text';
import { expect, it, onTestFinished, vi } from 'vitest';
import { loadClassifier, saveClassifier } from '../index.js';

const spaces: Tokenizer = { name: 'spaces', rules: 'spaces 1', tokenize: (text) => text.split(' ') };

/** The folder of a model of random weights. */
function saved(
  change: (model: Classifier) => void = () => undefined,
  { tokenizer = spaces, multiLabel = false } = {},
): string {
  const vocabulary = new Vocabulary([...specialTokens, 'good', 'bad']);
  const sizes = { vocabulary: vocabulary.size, embedding: 3, hidden: 4, layers: 1 };
  const model = createClassifier({ ...sizes, classes: 2, multiLabel, headLayers: [3] }, { seed: 1 });
  change(model);
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-load-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const classifier = { model, vocabulary, classes: ['neg', 'pos'], backwards: false };
  saveClassifier(folder, { classifier, tokenizer, decision: { temperature: 1 } });
  model.dispose();
  return folder;
}

it('loads a model of your own tokenizer with that, and says so without', async () => {
  const folder = saved();
  await expect(loadClassifier(folder)).rejects.toMatchObject({
    code: 'OTHER_TOKENIZER',
    message: `${folder}: it was trained with the custom tokenizer spaces; pass it with --tokenizer, or loadClassifier(folder, { tokenizer })`,
  });
  await expect(loadClassifier(folder, { tokenizer: 'segmenter:de' })).rejects.toThrow(
    `${folder}: its words were cut by the tokenizer spaces, not by segmenter:de; use spaces (the recipe's tokenizer)`,
  );
  await expect(loadClassifier(folder, { tokenizer: { ...spaces, rules: 'spaces 2' } })).rejects.toThrow(
    'its words were cut by other rules of the tokenizer spaces ("spaces 1") than those here ("spaces 2")',
  );
  const classifier = await loadClassifier(folder, { tokenizer: spaces });
  onTestFinished(() => classifier.dispose());
  const [good, bad, goodToo] = await classifier.predict(['good', 'bad', 'good']);
  expect(good?.probabilities).not.toEqual(bad?.probabilities);
  expect(good?.probabilities).toEqual(goodToo?.probabilities);
});

it('knows whether a text may have several classes; a bundle of an earlier version says nothing of it', async () => {
  for (const multiLabel of [true, false]) {
    const folder = saved(undefined, { multiLabel });
    const classifier = await loadClassifier(folder, { tokenizer: spaces });
    expect(classifier.multiLabel).toBe(multiLabel);
    classifier.dispose();
  }
  const folder = saved();
  const path = join(folder, 'bundle.json');
  const { sha256: _, ...bundle } = JSON.parse(readFileSync(path, 'utf8')) as {
    sha256: string;
    config: object;
  };
  expect(bundle.config).toMatchObject({ multiLabel: false });
  writeFileSync(path, JSON.stringify({ ...bundle, config: { ...bundle.config, multiLabel: undefined } }));
  const classifier = await loadClassifier(folder, { tokenizer: spaces });
  expect(classifier.multiLabel).toBe(false);
  classifier.dispose();
});

it('finds the tokenizer that a model names', async () => {
  const onWarning = vi.fn();
  const classifier = await loadClassifier(saved(undefined, { tokenizer: tokenizerNamed('segmenter:de') }), {
    onWarning,
  });
  onTestFinished(() => classifier.dispose());
  // The second has an xxup; the third a soft hyphen, which is not seen.
  const [good, loud, german] = await classifier.predict(['good', 'GOOD', 'good\u00ad']);
  expect(good?.probabilities).not.toEqual(loud?.probabilities);
  expect(good?.probabilities).toEqual(german?.probabilities);
  expect(onWarning).not.toHaveBeenCalled();
});

it('warns where the engine may find other words, and loads the model all the same', async () => {
  const onWarning = vi.fn();
  const folder = saved(undefined, {
    tokenizer: { ...tokenizerNamed('segmenter:ja'), environment: 'segments 00000000' },
  });
  (await loadClassifier(folder, { onWarning })).dispose();
  expect(onWarning).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(
      /: this JavaScript engine may find other words .* \("segments 00000000", here segments [0-9a-f]{8}\)/,
    ),
  );
});

it('loads no code that a model names, and the module that it is given', async () => {
  const source = `globalThis.loadedByName = true; export default { name: 'data:text/javascript,1', rules: 'spaces 1', tokenize: (text) => text.split(' ') }`;
  const module = `data:text/javascript,${encodeURIComponent(source)}`;
  const folder = saved(undefined, { tokenizer: { ...spaces, name: module } });
  await expect(loadClassifier(folder)).rejects.toMatchObject({ code: 'OTHER_TOKENIZER' });
  expect(globalThis).not.toHaveProperty('loadedByName');
  const classifier = await loadClassifier(folder, { tokenizer: module });
  expect(globalThis).toHaveProperty('loadedByName', true);
  classifier.dispose();
});

it('classifies texts as they come, in bounded memory', async () => {
  const classifier = await loadClassifier(saved(), { tokenizer: spaces });
  onTestFinished(() => classifier.dispose());
  let read = 0;
  async function* texts() {
    for (const text of ['good', ' ', 'bad', 'good bad', '', 'bad']) {
      read++;
      yield text;
    }
  }
  const alone = await classifier.predict(['good', 'bad', 'good bad']);
  const made = [];
  for await (const prediction of classifier.classify(texts(), { chunkSize: 2 })) {
    made.push(prediction);
    // A chunk is read, and no more before its predictions are taken.
    expect(read).toBeLessThanOrEqual(2 * Math.ceil(made.length / 2));
  }
  const [good, bad, both] = alone;
  expect(made).toEqual([good, null, bad, both, null, bad]);
  async function* broken() {
    yield 'good';
    yield 'bad';
    yield 'good bad';
    throw new Error('line 4');
  }
  const before: unknown[] = [];
  const read4 = async () => {
    for await (const prediction of classifier.classify(broken(), { chunkSize: 2 })) before.push(prediction);
  };
  await expect(read4()).rejects.toThrow('line 4');
  expect(before).toEqual(alone);
  const none = [];
  for await (const prediction of classifier.classify([])) none.push(prediction);
  expect(none).toEqual([]);
});

it('refuses weights that are not finite, and names them', async () => {
  const folder = saved(({ encoder }) => {
    const bias = encoder.layers[0]?.biasIh.variable;
    if (bias) bias.assign(fill(bias.shape, NaN));
  });
  await expect(loadClassifier(folder, { tokenizer: spaces })).rejects.toMatchObject({
    code: 'BAD_WEIGHTS',
    message: `${folder}: rnn.0.biasIh holds NaN or an infinity; copy the model again, or train it again`,
  });
});

it.each<[string, (model: Classifier) => void, string]>([
  [
    'so large that they make no numbers',
    ({ encoder }) => encoder.embedding.variable.assign(fill(encoder.embedding.variable.shape, 3e38)),
    'embedding holds 3.00e+38, which no training gives',
  ],
  [
    'of a negative variance',
    ({ buffers }) => {
      const variance = buffers?.find(({ name }) => name.endsWith('.variance'))?.variable;
      variance?.assign(fill(variance.shape, -1));
    },
    'head.0.norm.variance holds a negative variance',
  ],
])('refuses weights %s', async (_, change, what) => {
  const folder = saved(change);
  await expect(loadClassifier(folder, { tokenizer: spaces })).rejects.toMatchObject({
    code: 'BAD_WEIGHTS',
    message: `${folder}: ${what}; copy the model again, or train it again`,
  });
});

it('gives no answer where the scores are not finite', async () => {
  // Each weight is sound by itself.
  const folder = saved(({ groups }) => {
    for (const { name, variable } of groups.flatMap(({ parameters }) => parameters))
      if (name.startsWith('head')) variable.assign(fill(variable.shape, 9e17));
  });
  const classifier = await loadClassifier(folder, { tokenizer: spaces });
  onTestFinished(() => classifier.dispose());
  await expect(classifier.predict(['good'])).rejects.toMatchObject({
    code: 'BAD_WEIGHTS',
    message: expect.stringMatching(/^document 1: the model's scores are not finite: /) as string,
  });
});

interface Described {
  config: Record<string, unknown>;
  [key: string]: unknown;
}

it.each<[string, (bundle: Described) => object, string]>([
  ['three labels for two classes', () => ({ labels: ['a', 'b', 'c'] }), '3 labels for 2 classes'],
  [
    'thresholds of another number of classes',
    () => ({ decision: { temperature: 1, thresholds: [0.5] } }),
    '1 thresholds for 2 classes',
  ],
  [
    'a temperature that no fit gives',
    () => ({ decision: { temperature: 1e-300 } }),
    'temperature: Too small',
  ],
  [
    'an unknown setting',
    ({ config }) => ({ config: { ...config, 'dep\u001bth': 3 } }),
    'unknown setting "dep\\u001bth"; update this version',
  ],
  [
    'an unknown part of the decision',
    () => ({ decision: { temperature: 1, thresh: 1 } }),
    'unknown setting thresh;',
  ],
])('refuses a bundle of %s', async (_, change, what) => {
  const folder = saved();
  const path = join(folder, 'bundle.json');
  const { sha256: _sum, ...bundle } = JSON.parse(readFileSync(path, 'utf8')) as Described;
  writeFileSync(path, JSON.stringify({ ...bundle, ...change(bundle) }));
  await expect(loadClassifier(folder, { tokenizer: spaces })).rejects.toMatchObject({
    code: 'BAD_BUNDLE',
    message: expect.stringContaining(`${path}: ${what}`) as string,
  });
});

it('takes lists of texts, and says so of everything else', async () => {
  const classifier = await loadClassifier(saved(), { tokenizer: spaces });
  onTestFinished(() => classifier.dispose());
  expect(await classifier.predict([])).toEqual([]);
  const given = (json: string) => JSON.parse(json) as string[];
  const drain = async (texts: Iterable<string>) => {
    for await (const _ of classifier.classify(texts));
  };
  await expect(classifier.predict(given('"good"'))).rejects.toThrow(
    'predict: texts is "good"; it must be a list of texts',
  );
  await expect(classifier.predict(given('["good", 7]'))).rejects.toThrow('text 2 is 7; it must be a string');
  await expect(drain(given('"good"'))).rejects.toThrow(
    'classify: texts is "good"; it must be a list of texts',
  );
  await expect(drain(given('null'))).rejects.toThrow('classify: texts is null; it must be a list of texts');
  await expect(drain(given('["good", "bad", {}]'))).rejects.toThrow(
    'text 3 is an object; it must be a string',
  );
});
