import '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { add, mul, tensor, type Tensor } from '@tensorflow/tfjs-core';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { uniformValues } from '@ulmfit/kernels';
import { sgd } from '@ulmfit/optimizers';
import { languageModelLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer, requireState, type StateDict, type TrainingPlugin } from '@ulmfit/trainer';

/** Adds noise to the input of the first layer; a model that has no such tap does not compile with it. */
function inputNoise(size: number): TrainingPlugin<unknown, unknown, { input: unknown }> {
  return {
    name: 'inputNoise',
    taps: ['input'],
    rewrite: {
      input: (x: Tensor, pass) =>
        add(x, mul(tensor(uniformValues(x.size, -1, 1, pass.random('inputNoise')), x.shape), size)),
    },
  };
}

/** Keeps the smallest loss seen, also over an interruption. */
function smallestLoss(): TrainingPlugin & { readonly value: number } {
  let value = Infinity;
  return {
    name: 'smallestLoss',
    get value() {
      return value;
    },
    afterStep: ({ last }) => {
      value = Math.min(value, last['loss'] ?? Infinity);
    },
    stateDict: () => ({ json: { value }, tensors: {} }),
    loadStateDict(state: StateDict<{ value: number }>) {
      requireState('smallestLoss', state, ['value']); // refuses what is missing or unknown
      ({ value } = state.json);
    },
  };
}

const corpus = TokenCorpus.fromDocuments([Array.from({ length: 200 }, (_, i) => 9 + ((i * i) % 11))]);
const train = languageModelLoader(corpus, { batchSize: 4, window: 10 });
const model = createLanguageModel({ vocabulary: 20, embedding: 8, hidden: 8, layers: 1 });
const smallest = smallestLoss();
const trainer = createTrainer({ model, optimizer: sgd(), plugins: [inputNoise(0.1), smallest] });
await trainer.fit({ stage: 'noisy', train, epochs: 1, lr: 0.1 });
console.log(trainer.explain()); // event by event, what runs
assert.ok(smallest.value < Infinity);
trainer.dispose();
model.dispose();
