import { engine } from '@tensorflow/tfjs-core';
import { expect, inject, it, onTestFinished } from 'vitest';
import type { LoadedClassifier, LoadedLanguageModel, LoadingProgress } from '../index.js';
import { loadModelInWorker, type ModelWorker } from './index.js';

const { address, texts, predictions, generated } = inject('expected');

declare const location: { readonly href: string };
declare const Worker: new (url: URL, options: { type: 'module' }) => ModelWorker;
const worker = () =>
  new Worker(new URL('./model.worker.test-helper.ts', import.meta.url), { type: 'module' });

async function classifierOf(): Promise<LoadedClassifier> {
  const model = await loadModelInWorker(`${address}/classifier.ulmfit`, { worker: worker() });
  onTestFinished(() => model.dispose());
  expect(model.kind).toBe('classifier');
  return model as LoadedClassifier;
}

it('classifies and explains as in Node, and the page has no tensor of it', async () => {
  const before = engine().state.numTensors;
  const told: LoadingProgress[] = [];
  const classifier = (await loadModelInWorker(new URL(`${address}/classifier/`, location.href), {
    worker: worker(),
    onProgress: (progress) => told.push(progress),
  })) as LoadedClassifier;
  onTestFinished(() => classifier.dispose());
  expect(classifier).toMatchObject({ kind: 'classifier', classes: ['neg', 'pos'], multiLabel: false });
  expect(told.at(-1)?.loaded).toBe(told.at(-1)?.total);
  const given = await classifier.predict(texts);
  given.forEach(({ label, probability }, i) => {
    expect(label).toBe(predictions[i]?.label);
    expect(Math.abs(probability - (predictions[i]?.probability ?? NaN))).toBeLessThan(1e-4);
  });
  const streamed = [];
  for await (const each of classifier.classify([...texts, ' '], { chunkSize: 3 })) streamed.push(each);
  expect(streamed.map((each) => each?.label)).toEqual([...given.map(({ label }) => label), undefined]);
  const explanation = await classifier.explain(texts[1] ?? '');
  expect(explanation.prediction.label).toBe(given[1]?.label);
  expect(explanation.classes[0]?.contributions).toHaveLength(explanation.tokens.length);
  expect(engine().state.numTensors).toBe(before);
});

it('goes on with a text, and can be left midway', async () => {
  const model = (await loadModelInWorker(`${address}/language-model.ulmfit`, {
    worker: worker(),
  })) as LoadedLanguageModel;
  onTestFinished(() => model.dispose());
  const read = async (most: number) => {
    const pieces: string[] = [];
    for await (const piece of model.generate(texts[0] ?? '', { tokens: 20, seed: 3 })) {
      pieces.push(piece);
      if (pieces.length === most) break;
    }
    return pieces;
  };
  const first = await read(2);
  const all = await read(Infinity);
  expect(all.join('')).toBe(generated);
  expect(first).toEqual(all.slice(0, 2));
});

it('gives errors their code, and a signal its reason', async () => {
  const classifier = await classifierOf();
  await expect(classifier.predict([''])).rejects.toMatchObject({ name: 'UlmfitError', code: 'EMPTY_TEXT' });
  await expect(
    loadModelInWorker(`${address}/no-such-model.ulmfit`, { worker: worker() }),
  ).rejects.toMatchObject({ code: 'NO_MODEL' });
  const stop = new AbortController();
  const reading = classifier.predict(Array<string>(500).fill(texts[2] ?? ''), { signal: stop.signal });
  stop.abort(new Error('no more'));
  await expect(reading).rejects.toThrow('no more');
  expect(await classifier.predict(texts)).toHaveLength(texts.length);
});

it('ends its worker, and says so of what comes after', async () => {
  const classifier = await classifierOf();
  const reading = classifier.predict(texts);
  classifier.dispose();
  await expect(reading).rejects.toMatchObject({ code: 'WORKER_FAILED' });
  await expect(classifier.predict(texts)).rejects.toThrow(
    "the model's worker has ended; load the model again",
  );
  const missing = new Worker(new URL('/no-such-worker.js', location.href), { type: 'module' });
  await expect(loadModelInWorker('m.ulmfit', { worker: missing })).rejects.toMatchObject({
    code: 'WORKER_FAILED',
  });
});

it('leaves the page to itself while it reads', async () => {
  const classifier = await classifierOf();
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  const started = performance.now();
  await classifier.predict(Array<string>(300).fill((texts[2] ?? '').repeat(8)), { batchSize: 300 });
  const taken = performance.now() - started;
  clearInterval(timer);
  console.log(`the page's longest task: ${longest.toFixed(0)} ms of ${taken.toFixed(0)}`);
  // The whole batch is one task in the worker.
  expect(longest).toBeLessThan(taken / 2);
});
