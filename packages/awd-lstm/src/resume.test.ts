import * as tf from '@tensorflow/tfjs-core';
import { adam, clipGlobalNorm } from '@ulmfit/optimizers';
import {
  activationRegularization,
  awdLstmDropouts,
  classifierDropouts,
  temporalActivationRegularization,
} from '@ulmfit/regularizers';
import { classifierLoader, languageModelLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer, memoryStore, type CheckpointStore, type TrainingPlugin } from '@ulmfit/trainer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClassifier } from './classifier.js';
import { createLanguageModel } from './language-model.js';
import { someIds, tiny, weightsOf } from './tiny.test-helper.js';

const documents = TokenCorpus.fromDocuments(someIds(9, 14).map((row, i) => row.slice(0, 3 + ((i * 5) % 11))));

const saveTo = (store: CheckpointStore): TrainingPlugin => ({
  name: 'saveTo',
  save: (ctx, moment) =>
    store.save(
      { name: `${moment} ${ctx.step}`, stage: ctx.stage, epoch: ctx.epoch, step: ctx.step },
      ctx.stateDict(),
    ),
});
const common = [activationRegularization(2), temporalActivationRegularization(1), clipGlobalNorm(0.25)];

/** Everything new, as a new process would make it. */
function languageModelRun(more: TrainingPlugin[] = []) {
  const model = createLanguageModel(tiny, { seed: 5 });
  const trainer = createTrainer({
    model,
    optimizer: adam(),
    seed: 3,
    plugins: [...awdLstmDropouts({ preset: 'paper' }), ...common, ...more],
  });
  const options = { batchSize: 2, window: 6, seed: 3, stage: 's' };
  const train = languageModelLoader(documents, { ...options, shuffle: true, jitter: true });
  const validate = languageModelLoader(documents, options);
  return { model, trainer, fit: () => trainer.fit({ stage: 's', train, validate, epochs: 2, lr: 1e-2 }) };
}

function classifierRun(more: TrainingPlugin[] = []) {
  const model = createClassifier({ ...tiny, classes: 2, window: 4, maxLength: 8 }, { seed: 5 });
  const trainer = createTrainer({
    model,
    optimizer: adam(),
    seed: 3,
    plugins: [...classifierDropouts({ preset: 'paper' }), ...common, ...more],
  });
  const options = { batchSize: 2, window: 4, seed: 3, stage: 's' };
  const labels = Array.from({ length: documents.length }, (_, i) => i % 2);
  const train = classifierLoader(documents, labels, { ...options, shuffle: true });
  const validate = classifierLoader(documents, labels, options);
  return { model, trainer, fit: () => trainer.fit({ stage: 's', train, validate, epochs: 2, lr: 1e-2 }) };
}

describe.each([
  ['a language model', languageModelRun],
  ['a classifier', classifierRun],
])('%s', (_, run) => {
  const store = memoryStore();
  const whole = run([saveTo(store)]);
  beforeAll(() => whole.fit());
  afterAll(() => {
    whole.trainer.dispose();
    whole.model.dispose();
  });

  it.each([1, 3, 7])('resumed after step %i ends at the same weights, byte for byte', async (k) => {
    const resumed = run();
    const before = weightsOf(resumed.model);
    const state = await store.load(`step ${k}`);
    resumed.trainer.loadStateDict(state);
    tf.dispose(state.tensors);
    await resumed.fit();
    expect(weightsOf(resumed.model)).toEqual(weightsOf(whole.model));
    expect(weightsOf(resumed.model)).not.toEqual(before);
    const values = ({ trainer }: typeof whole) => trainer.history.map((record) => record.values);
    expect(values(resumed)).toEqual(values(whole));
    resumed.trainer.dispose();
    resumed.model.dispose();
  });
});
