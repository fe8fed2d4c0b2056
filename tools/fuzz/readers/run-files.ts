import fc from 'fast-check';
import { dispose, scalar } from '@tensorflow/tfjs-core';
import { folderStore, openRunFolder } from '@ulmfit/checkpoint';
import { presets, readRun } from '@ulmfit/pipeline';
import { holdCorpus } from '../../../packages/pipeline/src/run/run-corpus.js';
import { holdEngine } from '../../../packages/pipeline/src/run/run-engine.js';
import { holdTask } from '../../../packages/pipeline/src/run/run-task.js';
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { joined, utf8 } from '../../../packages/files/src/mutate.test-helper.js';
import type { FuzzedReader } from '../reader.js';
import { hostileJson, spoiltRecord } from './hostile-json.js';
import { writingReader } from './writing-reader.js';
import { memoryFiles } from './memory-files.js';

// The files of a run: its settings, its metrics, and a checkpoint's manifest and state.

const decode = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

const config = { seed: 1, lr: 0.004, recipe: { encoder: { layers: 3 }, names: ['a', 'b'] }, data: 'imdb' };

export const configReader = (): FuzzedReader => ({
  name: 'config.json',
  samples: [utf8(JSON.stringify(config, null, 2))],
  hostile: hostileJson,
  arbitrary: spoiltRecord(config),
  read(bytes) {
    const files = memoryFiles({ 'runs/a/config.json': bytes });
    openRunFolder('runs/a', { config, files }).close();
  },
});

const settings = {
  ...{ task: { kind: 'imdb', data: 'imdb', labels: 2000 }, corpus: null },
  ...{ seed: 1, backwards: false, transfer: true, linear: true },
  recipe: presets.tiny,
};
const { texts: _, ...languageModel } = presets.tiny.languageModel;
const earlierSettings = {
  ...{ data: 'imdb', splitSeed: 1, seed: 1, backwards: false, transfer: true, labels: 2000 },
  recipe: { ...presets.tiny, languageModel: { ...languageModel, reviews: 'unsup' } },
};

export const runReader = (): FuzzedReader =>
  writingReader('config.json', (path) => readRun(dirname(path)), {
    name: 'a run to report on',
    samples: [settings, earlierSettings].map((kept) => utf8(JSON.stringify(kept, null, 2))),
    hostile: hostileJson,
    arbitrary: fc.oneof(spoiltRecord(settings), spoiltRecord(earlierSettings)),
  });

/** What holds a run to its data and to its engine. */
const kept = {
  ...{ name: 'a', classes: ['x', 'y'], multiLabel: false, counts: { train: 3, valid: 1, test: 0 } },
  fingerprint: 'abc',
};
const engine = { backend: 'wasm', precision: 'float32', threads: 2, version: '4.22.0', fastKernels: ['A'] };

export const taskReader = (): FuzzedReader =>
  writingReader('task.json', (path) => holdTask(path, 'runs/a', kept), {
    name: 'the task of a run',
    samples: [utf8(JSON.stringify(kept, null, 2))],
    hostile: hostileJson,
    arbitrary: spoiltRecord(kept),
  });

export const corpusOfRunReader = (): FuzzedReader =>
  writingReader(
    'corpus.json',
    (path) => holdCorpus(path, 'runs/a', { name: 'a', fingerprint: async () => 'abc' }, { isRead: false }),
    {
      name: 'the general text of a run',
      samples: [utf8(JSON.stringify({ name: 'a', fingerprint: 'abc' }, null, 2))],
      hostile: hostileJson,
      arbitrary: spoiltRecord({ name: 'a', fingerprint: 'abc' }),
    },
  );

export const engineReader = (): FuzzedReader =>
  writingReader('engine.json', (path) => holdEngine(path, 'runs/a', engine), {
    name: 'the engine of a run',
    samples: [utf8(JSON.stringify(engine, null, 2))],
    hostile: hostileJson,
    arbitrary: spoiltRecord(engine),
  });

const metric = { type: 'step', fit: 'pretrain', step: 12, loss: 4.25, lr: 0.004 };

export const metricsReader = (): FuzzedReader => ({
  name: 'metrics.jsonl',
  samples: [utf8(`${JSON.stringify(metric)}\n`.repeat(4))],
  hostile: () => [
    ...hostileJson().map((json) => joined(json, utf8('\n'))),
    utf8('\n'.repeat(500_000)),
    utf8('{}\n'.repeat(300_000)),
  ],
  arbitrary: fc
    .array(fc.oneof(spoiltRecord(metric), fc.string().map(utf8)), { maxLength: 4 })
    .map((lines) => joined(...lines.flatMap((line) => [line, utf8('\n')]))),
  read(bytes) {
    const settings = utf8(JSON.stringify(config));
    const files = memoryFiles({ 'runs/a/config.json': settings, 'runs/a/metrics.jsonl': bytes });
    const run = openRunFolder('runs/a', { config, files });
    run.metrics.rewind(({ step }) => typeof step !== 'number' || step < 3);
    run.metrics.append({ step: 3 });
    run.close();
  },
});

/** A checkpoint's files, and its folder. */
function checkpoint() {
  const files = memoryFiles({});
  const value = scalar(1);
  const json = { plugin: { count: 3, best: -0, name: '$x' }, rows: [1, 2, NaN] };
  folderStore('c', files).save(
    { name: 'last', stage: 's', epoch: 0, step: 3, value: 0.5 },
    { json, tensors: { value } },
  );
  value.dispose();
  return { contents: files.contents, folder: 'c/000001-last' };
}

function readLatest(contents: Readonly<Record<string, Uint8Array>>): void {
  const store = folderStore('c', memoryFiles(contents));
  store.list();
  const latest = store.latest();
  if (latest) dispose(latest.state.tensors);
}

export const manifestReader = (): FuzzedReader => {
  const { contents, folder } = checkpoint();
  const sound = contents[`${folder}/manifest.json`] as Uint8Array;
  return {
    name: 'manifest.json',
    samples: [sound],
    hostile: hostileJson,
    arbitrary: spoiltRecord(JSON.parse(decode(sound)) as object),
    read: (bytes) => readLatest({ ...contents, [`${folder}/manifest.json`]: bytes }),
  };
};

export const stateReader = (): FuzzedReader => {
  const { contents, folder } = checkpoint();
  const sound = contents[`${folder}/state.json`] as Uint8Array;
  return {
    name: 'state.json',
    samples: [sound],
    hostile: hostileJson,
    arbitrary: spoiltRecord(JSON.parse(decode(sound)) as object),
    read(bytes) {
      // With a manifest to match: what a checksum finds is found before.
      const manifest = JSON.parse(decode(contents[`${folder}/manifest.json`])) as {
        files: Record<string, unknown>;
      };
      manifest.files['state.json'] = digestOf(bytes);
      readLatest({
        ...contents,
        [`${folder}/state.json`]: bytes,
        [`${folder}/manifest.json`]: utf8(JSON.stringify(manifest)),
      });
    },
  };
};

export const digestOf = (bytes: Uint8Array) => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});
