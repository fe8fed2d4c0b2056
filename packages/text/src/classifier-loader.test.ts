import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { type ClassifierBatch, classifierLoader, type ClassifierLoaderOptions } from './classifier-loader.js';
import type { DocumentLabels } from './document-labels.js';
import { padWindows } from './pad-windows.js';
import { TokenCorpus } from './token-corpus.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function take({ ids, labels, lengths, starts, indices }: ClassifierBatch) {
  const read = {
    ids: ids.arraySync(),
    labels: labels?.arraySync(),
    lengths: [...lengths],
    starts: [...starts],
    indices: [...indices],
  };
  tf.dispose(labels ? [ids, labels] : ids);
  return read;
}

function readAll(
  corpus: TokenCorpus,
  labels: DocumentLabels | undefined,
  options: ClassifierLoaderOptions,
  epoch = 0,
  batch = 0,
) {
  return Array.from(classifierLoader(corpus, labels, options).open({ epoch, batch }), take);
}

/** Documents of the given lengths; the ids are 10, 11, ... in each. */
const corpusOf = (lengths: readonly number[]) =>
  TokenCorpus.fromDocuments(lengths.map((length) => Array.from({ length }, (_, i) => 10 + i)));

const lengthsOf = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 250 });
const optionsOf = fc.record({
  batchSize: fc.integer({ min: 1, max: 5 }),
  window: fc.integer({ min: 1, max: 12 }),
  seed: fc.nat(1000),
  shuffle: fc.boolean(),
  backwards: fc.boolean(),
});

describe('padWindows', () => {
  it('puts whole windows of padding first and the rest last', () => {
    const { ids, shape, lengths, starts } = padWindows(
      [
        [5, 6, 7, 8, 9, 10, 11],
        [5, 6],
        [5, 6, 7, 8],
      ],
      3,
    );
    expect(shape).toEqual([3, 7]);
    expect([...ids.subarray(0, 7)]).toEqual([5, 6, 7, 8, 9, 10, 11]);
    expect([...ids.subarray(7, 14)]).toEqual([1, 1, 1, 5, 6, 1, 1]);
    expect([...ids.subarray(14)]).toEqual([1, 1, 1, 5, 6, 7, 8]);
    expect([[...lengths], [...starts]]).toEqual([
      [7, 2, 4],
      [0, 3, 3],
    ]);
  });

  it('refuses a document without tokens', () => {
    expect(() => padWindows([[1], []])).toThrow('document 1 has no tokens, not even xxbos');
  });
});

describe('classifierLoader', () => {
  it('reads every document once an epoch, with its label, in its place', () => {
    fc.assert(
      fc.property(lengthsOf, optionsOf, fc.nat(3), (lengths, options, epoch) => {
        const labels = lengths.map((_, i) => i % 3);
        const batches = readAll(corpusOf(lengths), labels, options, epoch);
        const indices = batches.flatMap((batch) => batch.indices);
        expect(indices.toSorted((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
        for (const batch of batches) {
          expect(batch.labels).toEqual(batch.indices.map((i) => labels[i]));
          expect(batch.lengths).toEqual(batch.indices.map((i) => lengths[i]));
          batch.ids.forEach((row, b) => {
            const [start, length] = [batch.starts[b] ?? NaN, batch.lengths[b] ?? NaN];
            const document = Array.from({ length }, (_, i) => 10 + i);
            expect(row.slice(start, start + length)).toEqual(
              options.backwards ? document.reverse() : document,
            );
            expect(row.filter((id) => id !== 1)).toHaveLength(length);
            expect(start % options.window).toBe(0);
            expect(row.length - start - length).toBeLessThan(options.window);
            expect(row).toHaveLength(Math.max(...batch.lengths));
          });
        }
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('reads the longest documents first when it does not shuffle', () => {
    const batches = readAll(corpusOf([3, 9, 1, 9, 7]), undefined, { batchSize: 2 });
    expect(batches.map(({ indices }) => indices)).toEqual([[1, 3], [4, 0], [2]]);
    expect(batches.map(({ ids }) => ids[0]?.length)).toEqual([9, 7, 1]);
    expect(batches[0]?.labels).toBeUndefined();
  });

  // The sizes are those of fastai 2.8.12's SortedDL, as is which batches stay in place.
  it.each([
    [10, 4, 3, 2],
    [8, 4, 2, 4],
    [3, 4, 1, 3],
    [5, 4, 2, 1],
    [450, 4, 113, 2],
    [401, 2, 201, 1],
  ])(
    'makes of %i documents in batches of %i: %i batches, %i in the last',
    (documents, batchSize, count, last) => {
      const lengths = Array.from({ length: documents }, (_, i) => 1 + ((i * 37) % 60));
      const corpus = corpusOf(lengths);
      expect(classifierLoader(corpus, undefined, { batchSize }).batches(0)).toBe(count);
      for (const shuffle of [true, false]) {
        const batches = readAll(corpus, undefined, { batchSize, shuffle });
        expect(batches).toHaveLength(count);
        expect(batches.at(-1)?.indices).toHaveLength(last);
        expect(batches.slice(0, -1).every(({ indices }) => indices.length === batchSize)).toBe(true);
        expect(batches[0]?.lengths[0]).toBe(Math.max(...lengths));
        for (const batch of batches) {
          expect(batch.lengths).toEqual(batch.lengths.toSorted((a, b) => b - a));
        }
      }
    },
  );

  it('sorts within blocks of 50 batches and shuffles the batches between first and last', () => {
    const lengths = Array.from({ length: 300 }, (_, i) => 1 + ((i * 131) % 300));
    const batches = readAll(corpusOf(lengths), undefined, { batchSize: 3, shuffle: true });
    const longest = batches.map((batch) => batch.lengths[0] ?? 0);
    expect(longest[0]).toBe(300);
    // The last batch has the shortest documents of the second block.
    expect(batches.at(-1)?.lengths.every((length) => length < 30)).toBe(true);
    const falling = longest.slice(1).filter((length, i) => length < (longest[i] ?? 0)).length;
    expect(falling).toBeGreaterThan(30);
    expect(falling).toBeLessThan(70);
    // Little padding: the documents of a batch are neighbours in a sorted block.
    const spread = batches.reduce((sum, { lengths }) => sum + (lengths[0] ?? 0) - (lengths.at(-1) ?? 0), 0);
    expect(spread / batches.length).toBeLessThan(8);
  });

  it('has another order for another epoch, seed and stage', () => {
    const corpus = corpusOf(Array.from({ length: 60 }, (_, i) => 1 + (i % 17)));
    const order = (options: Partial<ClassifierLoaderOptions>, epoch = 0) =>
      readAll(corpus, undefined, { batchSize: 4, shuffle: true, ...options }, epoch)
        .flatMap(({ indices }) => indices)
        .join();
    const all = [
      order({}),
      order({}, 1),
      order({ seed: 1 }),
      order({ stage: 'b' }),
      order({ shuffle: false }),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(order({})).toBe(all[0]);
    expect(order({ shuffle: false }, 1)).toBe(all[4]);
  });

  it('reads on from a cursor as if it had read from the start', () => {
    fc.assert(
      fc.property(lengthsOf, optionsOf, fc.nat(3), fc.nat(), (lengths, options, epoch, skip) => {
        const corpus = corpusOf(lengths);
        const whole = readAll(corpus, undefined, options, epoch);
        const batch = skip % (whole.length + 1);
        expect(readAll(corpus, undefined, options, epoch, batch)).toEqual(whole.slice(batch));
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('leaves no tensor behind, nor makes one before it is read', () => {
    const { numTensors } = tf.memory();
    const batches = classifierLoader(corpusOf([3, 4, 5]), [0, 1, 0], { batchSize: 2 }).open({
      epoch: 0,
      batch: 0,
    });
    expect(tf.memory().numTensors).toBe(numTensors);
    for (const batch of batches) {
      expect([batch.ids.dtype, batch.labels?.dtype]).toEqual(['int32', 'int32']);
      expect(tf.memory().numTensors).toBe(numTensors + 2);
      take(batch);
    }
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('gives a row of 0 and 1 for each document that has a list of classes', () => {
    const labels = [[2], [], [0, 1, 2], [1]];
    const batches = readAll(corpusOf([2, 5, 3, 4]), labels, { batchSize: 3, classes: 3, shuffle: true });
    expect(batches.flatMap(({ indices }) => indices).toSorted()).toEqual([0, 1, 2, 3]);
    const rows = [
      [0, 0, 1],
      [0, 0, 0],
      [1, 1, 1],
      [0, 1, 0],
    ];
    for (const batch of batches) expect(batch.labels).toEqual(batch.indices.map((i) => rows[i]));
    const loader = classifierLoader(corpusOf([2]), [[]], { batchSize: 1, classes: 2 });
    const { value } = loader.open({ epoch: 0, batch: 0 }).next();
    expect([value?.labels?.dtype, value?.labels?.shape]).toEqual(['float32', [1, 2]]);
    if (value) take(value);
  });

  it.each<[string, number[], DocumentLabels | undefined, Partial<ClassifierLoaderOptions>, string]>([
    ['EMPTY_CORPUS', [], undefined, {}, 'there are no documents'],
    ['EMPTY_DOCUMENT', [3, 0, 2], undefined, {}, 'document 1 has no tokens'],
    ['BAD_LABELS', [3, 2], [1], {}, '1 labels for 2 documents'],
    ['BAD_LABELS', [3, 2], [1, -1], {}, 'label -1 of document 1'],
    ['BAD_LABELS', [3, 2], [1, 2], { classes: 2 }, 'label 2 of document 1 is not an integer from 0 to 1'],
    ['BAD_LABELS', [3, 2], [[0], [1]], {}, 'the number of classes is needed'],
    ['BAD_LABELS', [3, 2], [[0], [0, 2]], { classes: 2 }, 'label 2 of document 1'],
    ['BAD_LABELS', [3, 2], [[0], [1, 0, 1]], { classes: 2 }, 'document 1 has a label twice: 1, 0, 1'],
    ['BAD_OPTION', [3], [0], { classes: 0 }, 'classes is 0; it must be an integer from 1'],
    ['BAD_OPTION', [3], undefined, { batchSize: 0 }, 'batchSize is 0; it must be an integer from 1'],
    ['BAD_OPTION', [3], undefined, { window: 0 }, 'window is 0; it must be an integer from 1'],
    ['BAD_SEED', [3], undefined, { seed: 0.5 }, 'seed is 0.5'],
  ])('refuses with %s documents of %j', (code, lengths, labels, options, message) => {
    const make = () => classifierLoader(corpusOf(lengths), labels, { batchSize: 2, ...options });
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a cursor beyond its epoch', () => {
    const loader = classifierLoader(corpusOf([3, 2, 1]), undefined, { batchSize: 2 });
    expect(() => loader.open({ epoch: 0, batch: 3 })).toThrow('batch 3 of epoch 0, which has 2 batches');
    expect(() => loader.batches(0.5)).toThrow('0.5 is not an epoch');
  });
});

it('cuts the documents of each batch into slices, of long and short ones alike', () => {
  const loader = classifierLoader(corpusOf([9, 8, 7, 6, 5]), undefined, { batchSize: 4 });
  const indices = (index: number) =>
    Array.from(loader.slice(index, 2).open({ epoch: 0, batch: 0 }), (batch) => {
      if (batch) tf.dispose(batch.ids);
      return batch && [...batch.indices];
    });
  expect(indices(0)).toEqual([[0, 2], [4]]);
  expect(indices(1)).toEqual([[1, 3], undefined]);
  expect(() => loader.slice(0, 8)).toThrow('slices is 8; it must be an integer from 1 to 4');
});
