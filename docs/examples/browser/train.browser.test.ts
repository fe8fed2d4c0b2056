import { engine } from '@tensorflow/tfjs-core';
import { indexedDbStore } from '@ulmfit/checkpoint';
import { loadClassifier } from '@ulmfit/inference';
import { useWasmKernels } from '@ulmfit/kernels/wasm';
import { memoryStore } from '@ulmfit/trainer';
import { expect, it } from 'vitest';
import { readBackend } from '../../../tools/browser/backends.js';
import { lines } from './lines.js';
import { trainOnLines, type Progress, type Trained } from './train.js';
import type { FromWorker, ToWorker } from './train.worker.js';

interface Page {
  postMessage(message: ToWorker): void;
  terminate(): void;
  onmessage: (event: { readonly data: FromWorker }) => void;
}

declare const Worker: new (url: URL, options: { type: 'module' }) => Page;

/** Trains in a worker; `onProgress` may stop it or end it. */
function inWorker(name: string, onProgress: (progress: Progress, worker: Page) => void): Promise<Trained> {
  const worker = new Worker(new URL('./train.worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Trained>((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if ('progress' in data) return onProgress(data.progress, worker);
      worker.terminate();
      if ('error' in data) reject(new Error(data.error));
      else resolve(data.trained);
    };
    worker.postMessage({ name, lines, wasm: '/node_modules/@tensorflow/tfjs-backend-wasm/dist/' });
  });
}

it('learns a visitor’s lines, and resumes in another worker to the same bytes', async () => {
  expect(await readBackend()).toMatchObject({ isThere: true });
  // As the workers do, so that both compute the same.
  useWasmKernels();
  const before = engine().state.numTensors;
  const losses: number[] = [];
  const started = performance.now();
  const whole = await trainOnLines(lines, {
    store: memoryStoreThatForgets(),
    onProgress: ({ loss }) => losses.push(loss),
  });
  console.log(
    `${lines.length} lines: ${(performance.now() - started).toFixed(0)} ms, accuracy ${whole?.accuracy}`,
  );
  expect(engine().state.numTensors).toBe(before);
  expect(losses).toHaveLength(4 * 14);
  const mean = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  expect(mean(losses.slice(-8))).toBeLessThan(mean(losses.slice(0, 8)) / 2);
  expect(whole?.accuracy).toBeGreaterThan(0.9);

  const name = `a training ${Math.random()}`;
  // Stopped in the middle of an epoch, then its worker killed in another, then to its end.
  const stopped = await inWorker(name, ({ step, stage }, worker) => {
    if (stage === 'head' && step === 6) worker.postMessage('stop');
  });
  expect(stopped).toBeUndefined();
  const seen: Progress[] = [];
  await new Promise<void>((resolve) => {
    void inWorker(name, (progress, worker) => {
      seen.push(progress);
      if (progress.stage !== 'all' || progress.step !== 22) return;
      worker.terminate();
      resolve();
    });
  });
  expect(seen[0]).toMatchObject({ stage: 'head', step: 7 });
  const resumed = await inWorker(name, (progress) => seen.push(progress));
  expect(resumed?.file).toEqual(whole?.file);

  const classifier = await loadClassifier(resumed?.file ?? new Uint8Array());
  const predictions = await classifier.predict(['The courier left my parcel at a wrong door.']);
  expect(predictions[0]?.label).toBe('delivery');
  classifier.dispose();
  const store = indexedDbStore(name);
  for (const { name: each } of await store.list()) await store.remove(each);
  expect(await store.list()).toEqual([]);
  await expect(store.load('head-00000008')).rejects.toMatchObject({ code: 'NO_CHECKPOINT' });
  await store.close();
  expect(engine().state.numTensors).toBe(before);
});

/** Checkpoints that are made and nowhere kept: a run that is not interrupted needs none. */
const memoryStoreThatForgets = () => ({ ...memoryStore(), save: () => undefined, list: () => [] });
