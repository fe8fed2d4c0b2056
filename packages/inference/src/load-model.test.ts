import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { createClassifier } from '@ulmfit/awd-lstm';
import { bundleFiles, writeBundle, type BundleFile } from '@ulmfit/checkpoint';
import { specialTokens, tokenizerNamed, Vocabulary } from '@ulmfit/text';
import { trainLinear } from '@ulmfit/linear';
import { zipSync } from 'fflate';
import { afterEach, expect, it, vi } from 'vitest';
import { bundleOfClassifier, loadClassifier, type LoadingProgress } from './index.js';

afterEach(() => vi.unstubAllGlobals());

const texts = ['good film', 'bad film', 'a good one and no bad one'];

/** The files of a model of random weights, with a linear model beside it. */
async function filesOfModel(): Promise<Record<BundleFile | 'linear.safetensors', Uint8Array>> {
  const vocabulary = new Vocabulary([...specialTokens, 'good', 'bad', 'film']);
  const sizes = { vocabulary: vocabulary.size, embedding: 3, hidden: 4, layers: 1 };
  const model = createClassifier({ ...sizes, classes: 2, headLayers: [3] }, { seed: 1 });
  const rows = ['good', 'bad', 'good one', 'bad one'].map((text, i) => ({ text, labels: [1 - (i % 2)] }));
  const linear = await trainLinear(rows, { classes: 2, multiLabel: false });
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-inference-'));
  try {
    const decided = {
      classifier: { model, vocabulary, classes: ['neg', 'pos'], backwards: false },
      tokenizer: tokenizerNamed('fastai'),
      linear,
      decision: { temperature: 1, linearWeight: 0.5, blendOf: 'logits' } as const,
    };
    writeBundle(join(folder, 'm'), bundleOfClassifier(decided));
    const read = (name: string) => new Uint8Array(readFileSync(join(folder, 'm', name)));
    const [description, vocabularyFile, weights] = bundleFiles;
    return {
      [description]: read(description),
      [vocabularyFile]: read(vocabularyFile),
      [weights]: read(weights),
      'linear.safetensors': read('linear.safetensors'),
    };
  } finally {
    model.dispose();
    rmSync(folder, { recursive: true });
  }
}

/** Answers requests below an address by these files, in pieces. */
function serve(base: string, files: Readonly<Record<string, Uint8Array>>, isSized = true): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: URL) => {
    asked.push(String(url));
    const bytes = url.href.startsWith(base) ? files[url.pathname.split('/').at(-1) ?? ''] : undefined;
    if (!bytes) return new Response('no', { status: 404 });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 100) controller.enqueue(bytes.slice(at, at + 100));
        controller.close();
      },
    });
    return new Response(body, isSized ? { headers: { 'content-length': String(bytes.length) } } : {});
  });
  return asked;
}

it('gives the same from an address, from one file, and from bytes, and keeps no tensor', async () => {
  const files = await filesOfModel();
  const file = zipSync(files, { level: 0 });
  const asked = serve('https://example.org/models/', { ...files, 'all.ulmfit': file });
  const before = memory().numTensors;
  const given = [];
  for (const source of [
    files,
    'https://example.org/models/m',
    new URL('https://example.org/models/m/?key=secret'),
    'https://example.org/models/all.ulmfit',
    file,
    new Uint8Array(file).buffer,
    new Blob([new Uint8Array(file)]),
  ]) {
    const classifier = await loadClassifier(source);
    given.push(await classifier.predict(texts));
    classifier.dispose();
  }
  expect(memory().numTensors).toBe(before);
  for (const predictions of given) expect(predictions).toEqual(given[0]);
  expect(given[0]?.map(({ label }) => label)).toHaveLength(3);
  expect(asked.slice(0, 4)).toEqual(
    ['bundle.json', 'vocabulary.json', 'weights.safetensors', 'linear.safetensors'].map(
      (name) => `https://example.org/models/m/${name}`,
    ),
  );
});

it.each([true, false])('tells how far it has come, sizes known: %s', async (isSized) => {
  const files = await filesOfModel();
  serve('https://example.org/', files, isSized);
  const told: LoadingProgress[] = [];
  const classifier = await loadClassifier('https://example.org/m', { onProgress: (each) => told.push(each) });
  classifier.dispose();
  const all = Object.values(files).reduce((sum, { length }) => sum + length, 0);
  expect(told.at(-1)).toEqual({ loaded: all, total: all });
  for (const [i, { loaded, total }] of told.entries()) {
    expect(loaded).toBeLessThanOrEqual(total);
    expect(loaded).toBeGreaterThan(told[i - 1]?.loaded ?? 0);
  }
});

it('is relative to the page in a browser', async () => {
  const files = await filesOfModel();
  const asked = serve('https://example.org/app/', files);
  await expect(loadClassifier('models/m')).rejects.toMatchObject({
    code: 'BAD_OPTION',
    message:
      'loadModel: "models/m" is no address; for a path there is the same function in @ulmfit/inference/node',
  });
  vi.stubGlobal('location', { href: 'https://example.org/app/index.html' });
  (await loadClassifier('models/m')).dispose();
  expect(asked[0]).toBe('https://example.org/app/models/m/bundle.json');
});

it('says what is wrong with a source', async () => {
  const files = await filesOfModel();
  serve('https://example.org/', files);
  const rejected = async (source: unknown) =>
    loadClassifier(source as string).then(
      () => 'loaded',
      (error: unknown) =>
        error instanceof Error && 'code' in error ? `${String(error.code)} ${error.message}` : error,
    );
  expect(await rejected('https://elsewhere.org/m?key=secret')).toBe(
    "NO_MODEL https://elsewhere.org/m/bundle.json: the server answered 404; give the address of a model's folder, or of its file .ulmfit",
  );
  expect(await rejected(new Uint8Array([1, 2, 3]))).toBe(
    "BAD_ZIP the model: is not a model file; give one that `ulmfit export` wrote, or a model's folder",
  );
  expect(await rejected(zipSync({ 'bundle.json': files['bundle.json'] }))).toMatch(
    /^BAD_ZIP the model: .*vocabulary\.json.* is missing/,
  );
  expect(await rejected(7)).toMatch(/^BAD_OPTION loadModel: 7 is not a model; give an address/);
  expect(await rejected({ 'bundle.json': files['bundle.json'] })).toMatch(/^BAD_OPTION/);
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
  expect(await rejected('https://example.org/m')).toBe(
    'DOWNLOAD_FAILED https://example.org/m/bundle.json: can’t be fetched; check the address and the network',
  );
});

it('stops when it is told to', async () => {
  serve('https://example.org/', await filesOfModel());
  const stop = new AbortController();
  const loading = loadClassifier('https://example.org/m', {
    signal: stop.signal,
    onProgress: () => stop.abort(new Error('no more')),
  });
  await expect(loading).rejects.toThrow('no more');
});
