import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { readBundle } from '@ulmfit/checkpoint';
import { imdbTask } from '@ulmfit/data-imdb';
import { loadLanguageModel, presets, run, type Recipe } from '@ulmfit/pipeline';
import { fastaiTokenizer, specialTokens } from '@ulmfit/text';
import { afterAll, expect, it } from 'vitest';
import { writeFastaiModel } from './fastai-checkpoint.test-helper.js';
import { temporaryFolder, writeReviews } from './small-data.test-helper.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);

/** So low a rate moves no weight: what is fine-tuned is what was read. */
const still = { epochs: 1, lr: 1e-30, dropoutMultiplier: 0, divisor: 1 };
const recipe: Recipe = {
  ...presets.tiny,
  vocabulary: { maxWords: 120, minCount: 1 },
  languageModel: { ...presets.tiny.languageModel, batchSize: 4, window: 20, finetune: still },
  classifier: {
    ...presets.tiny.classifier,
    batchSize: 4,
    window: 40,
    maxLength: 80,
    fits: [{ name: 'all', freezeTo: 0, epochs: 1, lr: 1e-2, spread: 1 }],
  },
};

it('a fastai checkpoint of other sizes than the preset’s is fine-tuned and classified with', async () => {
  const sizes = { embedding: 6, hidden: 10, layers: 3 };
  const words = [...specialTokens, 'the', 'of', 'zyzzyva'];
  const pretrained = writeFastaiModel(folder, words, sizes);
  const before = memory().numTensors;
  const result = await run({
    folder: join(folder, 'run'),
    task: await imdbTask({ data: writeReviews(folder, { train: 8, test: 4, unsup: 6 }) }),
    pretrained,
    recipe,
    linear: false,
  });
  expect(memory().numTensors).toBe(before);
  expect(Object.keys(result)).toEqual(['finetune', 'classify', 'evaluate']);
  expect(result.evaluate?.judgements.neural.documents).toBe(4);

  const source = loadLanguageModel(pretrained, 'pretrain', fastaiTokenizer());
  const tuned = readBundle(join(folder, 'run', 'finetune'));
  expect(tuned.config['encoder']).toMatchObject(sizes);
  expect(readBundle(join(folder, 'run', 'model')).config['encoder']).toMatchObject(sizes);
  for (const { name, variable } of source.model.groups.flatMap((g) => g.parameters)) {
    if (name.startsWith('rnn.')) expect(tuned.weights[name]?.dataSync(), name).toEqual(variable.dataSync());
  }
  const rowOf = (model: readonly string[], embedding: Float32Array, word: string) => {
    const row = model.indexOf(word);
    return embedding.slice(row * sizes.embedding, (row + 1) * sizes.embedding);
  };
  const read = source.model.encoder.embedding.variable.dataSync() as Float32Array;
  for (const word of ['xxbos', 'the', 'of']) {
    const kept = tuned.weights['embedding']?.dataSync() as Float32Array;
    expect(rowOf(tuned.vocabulary, kept, word), word).toEqual(rowOf(words, read, word));
  }
  expect(tuned.vocabulary).not.toContain('zyzzyva');
});
