import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClassifier, createLanguageModel } from '@ulmfit/awd-lstm';
import { adam, clipGlobalNorm } from '@ulmfit/optimizers';
import { testEncoder } from '@ulmfit/plugin-testkit';
import {
  activationRegularization,
  awdLstmDropouts,
  headDropout,
  hiddenDropout,
  temporalActivationRegularization,
} from '@ulmfit/regularizers';
import { languageModelLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';
import { createGru, gru } from 'ulmfit-gru-encoder';

test('it is an encoder', () => testEncoder(() => createGru({ vocabulary: 9, features: 3, layers: 2 })));

test('it tells what training it takes', () => {
  const config = { vocabulary: 9, features: 3, layers: 2 };
  const { embedding, groups } = createGru(config);
  const parameters = [embedding, ...groups.flatMap((group) => group.parameters)];
  const numbers = parameters.reduce((sum, { variable }) => sum + variable.size, 0);
  assert.equal(gru().memory?.(config).parameters, numbers);
});

test('a language model learns by it, with the dropouts and the activation terms of AWD-LSTM', async () => {
  const vocabulary = 8;
  const documents = Array.from({ length: 3 }, (_, d) =>
    Int32Array.from({ length: 40 }, (_, t) => 2 + ((d + t) % 6)),
  );
  const train = languageModelLoader(TokenCorpus.fromDocuments(documents), { batchSize: 3, window: 8 });
  const model = createLanguageModel({
    encoder: createGru({ vocabulary, features: 8, layers: 2 }, { seed: 1 }),
  });
  const trainer = createTrainer({
    model,
    optimizer: adam(),
    plugins: [
      ...awdLstmDropouts({ multiplier: 0.1 }),
      activationRegularization(0.1),
      temporalActivationRegularization(0.1),
      clipGlobalNorm(1),
    ],
  });
  await trainer.fit({ stage: 'cycle', train, epochs: 8, lr: 5e-2 });
  const figures = await trainer.evaluate(train);
  // Each word tells the next; to guess among six would cost log 6.
  assert.ok((figures?.loss ?? NaN) < 0.5 * Math.log(6), String(figures?.loss));
  trainer.dispose();
  model.dispose();
});

test('its taps are in its type', () => {
  const encoder = createGru({ vocabulary: 8, features: 2, layers: 1 });
  const model = createClassifier({ encoder, classes: 2 });
  const base = { model, optimizer: adam() };
  createTrainer({ ...base, plugins: [hiddenDropout(0.1), headDropout([0.1, 0.1])] }).dispose();
  const language = createLanguageModel({ encoder: createGru({ vocabulary: 8, features: 2, layers: 1 }) });
  assert.throws(
    // @ts-expect-error a language model has no head
    () => createTrainer({ model: language, optimizer: adam(), plugins: [headDropout([0.1])] }),
    /uses the tap head; GRU language model has embedding/,
  );
  model.dispose();
  language.dispose();
});

test('sizes that are none are refused', () => {
  assert.throws(() => createGru({ vocabulary: 8, features: 0, layers: 1 }), /GRU: features is 0/);
  assert.throws(
    () => gru().create({ vocabulary: 8, features: '3' }),
    /GRU: features is "3"; it must be a number/,
  );
});
