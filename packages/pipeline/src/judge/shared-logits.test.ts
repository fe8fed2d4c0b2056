import { memory } from '@tensorflow/tfjs-core';
import { createClassifier } from '@ulmfit/awd-lstm';
import { documentLogits } from '@ulmfit/inference';
import { TokenCorpus } from '@ulmfit/text';
import type { Collective } from '@ulmfit/trainer';
import { expect, it, onTestFinished } from 'vitest';
import { sharedLogits } from './shared-logits.js';

/** Ranks within this process that gather once. */
function ranksOf(size: number): readonly Collective[] {
  const given: Uint8Array[] = [];
  const waiting: (() => void)[] = [];
  return Array.from({ length: size }, (_, rank) => ({
    ...{ rank, size },
    sum: (values) => Promise.resolve(values),
    gather: async (bytes) => {
      given[rank] = bytes;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === size) for (const go of waiting) go();
      });
      return given;
    },
  }));
}

function setUp(documents: number) {
  const model = createClassifier(
    { ...{ vocabulary: 20, embedding: 6, hidden: 8, layers: 1, window: 5 }, classes: 3, headLayers: [4] },
    { seed: 1 },
  );
  onTestFinished(() => model.dispose());
  const lengths = Array.from({ length: documents }, (_, i) => 1 + ((i * 7) % 13));
  const corpus = TokenCorpus.fromDocuments(
    lengths.map((length, i) => Array.from({ length }, (_, t) => 9 + ((i * 5 + t * t) % 11))),
  );
  return { classifier: { model, backwards: false }, corpus };
}

it.each([
  [2, 11],
  [4, 5],
])('gives %i ranks the bits of one, of %i documents', async (size, documents) => {
  const { classifier, corpus } = setUp(documents);
  const batchSize = 3;
  const whole = await documentLogits(classifier, corpus, { batchSize });
  const before = memory().numTensors;
  const read: number[] = [];
  const all = await Promise.all(
    ranksOf(size).map((collective) => {
      const onBatch = () => void read.push(collective.rank);
      return sharedLogits(classifier, corpus, { batchSize, collective, onBatch });
    }),
  );
  for (const logits of all) expect(logits).toEqual(whole);
  expect(read).toHaveLength(Math.ceil(documents / batchSize));
  expect(new Set(read).size).toBe(Math.min(size, Math.ceil(documents / batchSize)));
  expect(memory().numTensors).toBe(before);
});

it('stops on every rank where one is told to', async () => {
  const { classifier, corpus } = setUp(7);
  const controller = new AbortController();
  controller.abort(new Error('enough'));
  const [told, other] = ranksOf(2).map((collective) =>
    sharedLogits(classifier, corpus, {
      ...{ collective, batchSize: 3 },
      ...(collective.rank === 0 && { signal: controller.signal }),
    }),
  );
  await Promise.all([
    expect(told).rejects.toThrow('enough'),
    expect(other).rejects.toMatchObject({ name: 'AbortError' }),
  ]);
});
