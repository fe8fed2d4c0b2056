import '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { folderStore } from '@ulmfit/checkpoint';
import { adam } from '@ulmfit/optimizers';
import { oneCyclePolicy } from '@ulmfit/schedulers';
import { languageModelLoader, TokenCorpus } from '@ulmfit/text';
import { checkpointing, createTrainer, earlyStopping } from '@ulmfit/trainer';

const folder = mkdtempSync(join(tmpdir(), 'ulmfit-resume-'));
const corpus = TokenCorpus.fromDocuments([Array.from({ length: 400 }, (_, i) => 9 + ((i * i) % 11))]);
const train = languageModelLoader(corpus, { batchSize: 4, window: 10 });
const setUp = () => {
  const model = createLanguageModel({ vocabulary: 20, embedding: 8, hidden: 8, layers: 1 });
  return { model, trainer: createTrainer({ model, optimizer: adam(), seed: 1 }) };
};
const { model, trainer } = setUp();
const interrupted = new AbortController();

const store = folderStore(folder);
const fit = {
  stage: 'pretrain',
  train,
  validate: train,
  epochs: 4,
  lr: 1e-2,
  plugins: [oneCyclePolicy(), earlyStopping({ patience: 2 }), checkpointing({ store })],
};
setTimeout(() => interrupted.abort(), 0); // Ctrl-C, say
await trainer.fit({ ...fit, signal: interrupted.signal });

const later = setUp(); // in another process, another day
const latest = store.latest();
if (latest) later.trainer.loadStateDict(latest.state);
const { end } = await later.trainer.fit(fit); // goes on within the epoch, at the very batch

assert.equal(end, 'done');
assert.equal(later.trainer.history.length, 4);
for (const made of [{ model, trainer }, later]) {
  made.trainer.dispose();
  made.model.dispose();
}
rmSync(folder, { recursive: true });
