import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UlmfitError } from '@ulmfit/errors';
import { loadClassifier } from '@ulmfit/pipeline';
import { gru } from 'ulmfit-gru-encoder';
import { trainGru } from './train-gru.js';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-gru-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** Trains in a process of its own, which kills itself. */
const killed = (folder: string, steps: number) =>
  spawnSync(process.execPath, [
    ...['--import', '@tensorflow/tfjs'],
    fileURLToPath(new URL('train-gru.js', import.meta.url)),
    folder,
    String(steps),
  ]).signal;

test('a run of all stages ends with the same bytes when it was killed on its way', async () => {
  const [whole, cut] = [join(root, 'whole'), join(root, 'cut')];
  const result = await trainGru(whole);
  assert.deepEqual(Object.keys(result), ['linear', 'pretrain', 'finetune', 'classify', 'evaluate']);
  assert.equal(killed(cut, 3), 'SIGKILL');
  await trainGru(cut);
  for (const model of ['pretrain', 'finetune', 'model']) {
    const weights = (folder: string) => readFileSync(join(folder, model, 'weights.safetensors'));
    assert.ok(weights(cut).equals(weights(whole)), model);
  }
});

test('its classifier is loaded where GRU is given, and only there', async () => {
  const folder = join(root, 'whole');
  await assert.rejects(
    loadClassifier(folder),
    (error) =>
      error instanceof UlmfitError &&
      error.code === 'OTHER_ARCHITECTURE' &&
      error.message.includes('its encoder is GRU, and only AWD-LSTM is known here; pass it'),
  );
  const classifier = await loadClassifier(folder, { architectures: [gru()] });
  const [first, again] = await classifier.predict(['what a lovely day', 'what a lovely day']);
  assert.ok((first?.probability ?? 0) >= 0.5);
  assert.deepEqual(first, again);
  const { tokens, classes } = await classifier.explain('what a lovely day');
  for (const { contributions, isComplete } of classes) {
    assert.equal(contributions.length, tokens.length);
    assert.ok(isComplete);
  }
  classifier.dispose();
});
