import '@tensorflow/tfjs';
import { memory } from '@tensorflow/tfjs-core';
import { sampleCorpus, sampleImdb } from '@ulmfit/data-imdb';
import { expect, it } from 'vitest';
import { imdb } from './imdb.js';

it('goes through every stage, learns, and leaves no tensor behind', async () => {
  const before = memory().numTensors;
  const lines: string[] = [];
  const figures = await imdb({
    reviews: sampleImdb({ seed: 1, train: 20, test: 4, unsup: 10 }),
    corpus: sampleCorpus({ seed: 1, documents: 4 }),
    sizes: {
      encoder: { embedding: 8, hidden: 8, layers: 1 },
      maxWords: 200,
      batchSize: 8,
      window: 20,
      languageModelEpochs: 1,
      classifierEpochs: 1,
      lr: 2e-2,
      divisor: 1.5,
      dropout: 0.1,
    },
    seed: 1,
    say: (line) => lines.push(line),
  });
  expect(lines.map((line) => line.split(':')[0])).toEqual([
    'pretrain',
    'fine-tune',
    'fine-tune',
    'thaw-head',
    'thaw-rnn1',
    'thaw-embedding',
    'test',
  ]);
  // A model that has learnt nothing is as perplexed as there are words.
  expect(figures.pretrained).toBeLessThan(90);
  expect(figures.tuned).toBeLessThan(160);
  expect(lines.at(-1)).toBe(`test: accuracy ${(100 * figures.accuracy).toFixed(1)} % on 4 reviews`);
  expect(memory().numTensors).toBe(before);
});
