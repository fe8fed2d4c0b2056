import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClassifier } from './classifier.js';
import { createLanguageModel, type LanguageModel } from './language-model.js';
import { numbersOf, weightsOf } from './tiny.test-helper.js';
import { copyEncoder, transferLanguageModel } from './vocabulary-transfer.js';

const sizes = { embedding: 2, hidden: 3, layers: 2 };
const model = (vocabulary: number, more: Partial<typeof sizes> = {}, seed = 1) =>
  createLanguageModel({ ...sizes, ...more, vocabulary }, { seed });

let before = 0;
const made: { dispose(): void }[] = [];
const own = <M extends { dispose(): void }>(m: M): M => (made.push(m), m);
beforeEach(() => void (before = tf.memory().numTensors));
afterEach(() => {
  for (const m of made.splice(0)) m.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

describe('transferLanguageModel', () => {
  it('keeps the rows and biases of known words, and gives others the mean', () => {
    const [from, to] = [own(model(3)), own(model(4, {}, 2))];
    tf.tidy(() => {
      from.encoder.embedding.variable.assign(
        tf.tensor2d([
          [1, 2],
          [3, 4],
          [8, 0],
        ]),
      );
      from.decoderBias.variable.assign(tf.tensor1d([1, 2, 6]));
    });
    const source = weightsOf(from);
    const known = transferLanguageModel(
      { model: from, words: ['a', 'b', 'c'] },
      { model: to, words: ['new', 'c', 'other', 'a'] },
    );
    expect(known).toBe(2);
    expect(numbersOf(to.encoder.embedding.variable)).toEqual([4, 2, 8, 0, 4, 2, 1, 2]);
    expect(numbersOf(to.decoderBias.variable)).toEqual([3, 6, 3, 1]);
    const { embedding: _, 'decoder.bias': __, ...layers } = weightsOf(to);
    expect(source).toMatchObject(layers);
    expect(weightsOf(from)).toEqual(source);
    // A copy, not the same memory.
    tf.tidy(() => to.encoder.layers[0]?.biasHh.variable.assign(tf.zeros([12])));
    expect(weightsOf(from)).toEqual(source);
  });

  it.each<[string, (from: LanguageModel) => { model: LanguageModel; words: string[] }, string]>([
    [
      'another vocabulary than the embedding',
      () => ({ model: own(model(3)), words: ['a'] }),
      "the vocabulary has 1 words but the embedding 3 rows; give the model's own vocabulary",
    ],
    [
      'another embedding',
      () => ({ model: own(model(2, { embedding: 5 })), words: ['a', 'b'] }),
      'the embeddings have 2 and 5 features; use models of the same sizes',
    ],
    [
      'other layers',
      () => ({ model: own(model(2, { layers: 3 })), words: ['a', 'b'] }),
      'the encoders have 2 and 3 layers; use models of the same sizes',
    ],
    [
      'other sizes',
      () => ({ model: own(model(2, { hidden: 4 })), words: ['a', 'b'] }),
      'rnn.0.weightIh is [12, 2] in one encoder and [16, 2] in the other; use models of the same sizes',
    ],
  ])('refuses %s, and writes nothing', (_, target, message) => {
    const from = own(model(2, {}, 7));
    const to = target(from);
    const weights = weightsOf(to.model);
    expect(() => transferLanguageModel({ model: from, words: ['a', 'b'] }, to)).toThrow(
      expect.objectContaining({ code: 'BAD_CONFIG', message }),
    );
    expect(weightsOf(to.model)).toEqual(weights);
  });
});

describe('copyEncoder', () => {
  it('gives the classifier the language model’s encoder and leaves its head', () => {
    const from = own(model(4));
    const to = own(createClassifier({ ...sizes, vocabulary: 4, classes: 2 }, { seed: 2 }));
    const head = Object.fromEntries(
      Object.entries(weightsOf(to)).filter(([name]) => name.startsWith('head')),
    );
    copyEncoder(from.encoder, to.encoder);
    const { 'decoder.bias': _, ...encoder } = weightsOf(from);
    expect(weightsOf(to)).toEqual({ ...encoder, ...head });
  });

  it('refuses another vocabulary', () => {
    const [from, to] = [own(model(4)), own(model(5))];
    expect(() => copyEncoder(from.encoder, to.encoder)).toThrow(
      'the embedding is [4, 2] in one encoder and [5, 2] in the other',
    );
  });
});
