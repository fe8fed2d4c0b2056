import { tensor1d, tensor2d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { inferencePass } from '@ulmfit/trainer';
import { expect, it, onTestFinished } from 'vitest';
import { createAwdLstm } from './awd-lstm.js';
import { createClassifier } from './classifier.js';
import { integratedGradients } from './integrated-gradients.js';
import type { Pooling } from './lower-layers.js';

const sizes = { vocabulary: 12, embedding: 3, hidden: 5, layers: 2 };
const classes = 2;

function classifier(pooling: Pooling) {
  const model = createClassifier(
    { ...sizes, classes, window: 4, maxLength: 8, headLayers: [], pooling },
    { seed: 3 },
  );
  onTestFinished(() => model.dispose());
  return model;
}

const batchOf = (documents: readonly (readonly number[])[]) => {
  const time = Math.max(...documents.map(({ length }) => length));
  const ids = documents.flatMap((document) => [
    ...document,
    ...Array<number>(time - document.length).fill(1),
  ]);
  return {
    ids: tensor2d(ids, [documents.length, time], 'int32'),
    labels: tensor1d(
      documents.map((_, i) => i % classes),
      'int32',
    ),
    lengths: documents.map(({ length }) => length),
    starts: documents.map(() => 0),
  };
};

const documents = [
  [2, 9, 10, 11, 8, 7],
  [2, 5, 6],
  [2, 3, 4, 5, 6, 7, 8, 9, 10],
];

const pooledOf = (model: ReturnType<typeof classifier>, of: readonly (readonly number[])[]): number[][] =>
  tidy(() => inferencePass((pass) => model.forward(batchOf(of), pass).pooled).arraySync());

it('pools the words and every layer beside the output, which stays what it was', () => {
  const [all, last] = [classifier('all-layers'), classifier('last-layer')];
  expect([all.pooledFeatures, last.pooledFeatures]).toEqual([3 * (3 + 5 + 3), 9]);
  const [wide, narrow] = [pooledOf(all, documents), pooledOf(last, documents)];
  // Last, max and mean, each of embedding, first layer and output.
  const outputs = wide.map((row) => [row.slice(8, 11), row.slice(19, 22), row.slice(30, 33)].flat());
  outputs.forEach((row, d) => row.forEach((value, i) => expect(value).toBeCloseTo(narrow[d]?.[i] ?? NaN, 6)));
  const rows = all.encoder.embedding.variable.arraySync();
  const words = documents[1] ?? [];
  const meanWord = [0, 1, 2].map(
    (k) => words.reduce((sum, id) => sum + (rows[id]?.[k] ?? NaN), 0) / words.length,
  );
  meanWord.forEach((value, k) => expect(wide[1]?.[22 + k]).toBeCloseTo(value, 6));
});

it('pools a document alike whatever stands beside it', () => {
  const model = classifier('all-layers');
  const together = pooledOf(model, documents);
  documents.forEach((document, d) =>
    pooledOf(model, [document])[0]?.forEach((value, i) =>
      expect(value).toBeCloseTo(together[d]?.[i] ?? NaN, 6),
    ),
  );
});

it('explains what it says: contributions add up to the difference of the logits', async () => {
  const model = classifier('all-layers');
  const ids = documents[0] ?? [];
  const {
    classes: [first],
  } = await integratedGradients(model, ids, { classes: [1], baseline: ids.map(() => 1) });
  const logits = tidy(() =>
    inferencePass((pass): Tensor => model.forward(batchOf([ids]), pass).logits).dataSync(),
  );
  expect(first?.logit).toBeCloseTo(logits[1] ?? NaN, 5);
  expect(first?.isComplete).toBe(true);
});

it('refuses an encoder that does not tell its layers, or tells others', () => {
  const { lowerFeatures: _, ...untold } = createAwdLstm(sizes);
  expect(() => createClassifier({ encoder: untold, classes, pooling: 'all-layers' })).toThrow(
    'classifier: pooling is all-layers, but AWD-LSTM does not describe its layers; use last-layer, or give the encoder lowerFeatures',
  );
  const wrong = createClassifier({
    encoder: { ...createAwdLstm(sizes), lowerFeatures: [3] },
    classes,
    pooling: 'all-layers',
  });
  onTestFinished(() => wrong.dispose());
  expect(() => tidy(() => inferencePass((pass) => wrong.forward(batchOf(documents), pass).logits))).toThrow(
    'AWD-LSTM: [3, 5] features pass its taps embedding and hidden, but lowerFeatures says [3]; correct that',
  );
});
