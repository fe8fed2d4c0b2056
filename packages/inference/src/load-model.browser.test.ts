import { getBackend, memory } from '@tensorflow/tfjs-core';
import { TokenCorpusBuilder } from '@ulmfit/text';
import { expect, inject, it } from 'vitest';
import { readBackend } from '../../../tools/browser/backends.js';
import {
  classifierFromBundle,
  documentLogits,
  loadClassifier,
  loadLanguageModel,
  type Prediction,
} from './index.js';
import { loadBundle } from './load-bundle.js';

const { address, texts, logits, predictions, generated } = inject('expected');

/** Within 1e-4 of the probabilities that Node gives. */
function expectAsInNode(given: readonly Prediction[]): void {
  expect(given.map(({ label }) => label)).toEqual(predictions.map(({ label }) => label));
  given.forEach(({ probabilities }, i) => {
    for (const [name, expected] of Object.entries(predictions[i]?.probabilities ?? {}))
      expect(Math.abs((probabilities[name] ?? NaN) - expected)).toBeLessThan(1e-4);
  });
}

const backend = await readBackend();

it.skipIf(!backend.isThere)(`has the logits of Node, on ${backend.name}`, async () => {
  expect(getBackend()).toBe(backend.name);
  const before = memory().numTensors;
  const { classifier, tokenizer } = await loadBundle(`${address}/classifier.ulmfit`, {}, (...read) =>
    classifierFromBundle(...read),
  );
  const documents = new TokenCorpusBuilder();
  for (const text of texts) documents.add(tokenizer.tokenize(text));
  const loaded = memory().numTensors;
  const given = await documentLogits(classifier, documents.build(classifier.vocabulary));
  expect(memory().numTensors).toBe(loaded);
  given.forEach((row, i) =>
    row.forEach((logit, c) => expect(Math.abs(logit - (logits[i]?.[c] ?? NaN))).toBeLessThan(1e-4)),
  );
  classifier.model.dispose();
  expect(memory().numTensors).toBe(before);
});

it.skipIf(!backend.isThere)('blends with the linear model, from an address, a File and bytes', async () => {
  const bytes = await (await fetch(`${address}/classifier.ulmfit`)).arrayBuffer();
  const before = memory().numTensors;
  for (const source of [
    `${address}/classifier/`,
    `${address}/classifier.ulmfit`,
    new File([new Uint8Array(bytes)], 'classifier.ulmfit'),
    bytes,
    new Uint8Array(bytes),
  ]) {
    const classifier = await loadClassifier(source);
    expectAsInNode(await classifier.predict(texts));
    classifier.dispose();
  }
  expect(memory().numTensors).toBe(before);
});

it.skipIf(!backend.isThere)('goes on with a text as Node does', async () => {
  const before = memory().numTensors;
  const model = await loadLanguageModel(`${address}/language-model.ulmfit`);
  let text = '';
  for await (const piece of model.generate(texts[0] ?? '', { tokens: 20, seed: 3 })) text += piece;
  expect(text).toBe(generated);
  model.dispose();
  expect(memory().numTensors).toBe(before);
});
