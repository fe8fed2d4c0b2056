import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  type LanguageModelBatch,
  languageModelLoader,
  type LanguageModelLoaderOptions,
} from './language-model-loader.js';
import { TokenCorpus } from './token-corpus.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

interface Read {
  ids: number[][];
  targets: number[][];
  rateScale: number;
}

function take({ ids, targets, rateScale }: LanguageModelBatch): Read {
  const read = { ids: ids.arraySync(), targets: targets.arraySync(), rateScale };
  tf.dispose([ids, targets]);
  return read;
}

function readAll(corpus: TokenCorpus, options: LanguageModelLoaderOptions, epoch = 0, batch = 0): Read[] {
  return Array.from(languageModelLoader(corpus, options).open({ epoch, batch }), take);
}

/** Documents of the given lengths, whose ids count on from one to the next. */
function counting(lengths: readonly number[]): TokenCorpus {
  let next = 0;
  return TokenCorpus.fromDocuments(lengths.map((length) => Array.from({ length }, () => next++)));
}

/** The text that the batches were cut from, put together again: stream after stream, and the last target. */
function textOf(batches: readonly Read[]): number[] {
  const rows = batches[0]?.ids.length ?? 0;
  const streams = Array.from({ length: rows }, (_, b) => batches.flatMap(({ ids }) => ids[b] ?? []));
  return [...streams.flat(), batches.at(-1)?.targets.at(-1)?.at(-1) ?? NaN];
}

const lengthsOf = fc.array(fc.nat(30), { minLength: 1, maxLength: 25 });
const optionsOf = fc.record({
  batchSize: fc.integer({ min: 1, max: 5 }),
  window: fc.integer({ min: 1, max: 12 }),
  seed: fc.nat(1000),
  shuffle: fc.boolean(),
  backwards: fc.boolean(),
  jitter: fc.boolean(),
});

describe('languageModelLoader', () => {
  // Lengths, batch size and window; the windows' lengths, where the second stream begins and the last target, all as
  // fastai 2.8.12's LMDataLoader has them.
  it.each([
    [[5, 5, 5], 2, 3, [3, 3, 1], 7, 14],
    [[7, 1, 9], 3, 2, [2, 2, 1], 5, 15],
    [[11, 13, 17, 5], 4, 5, [5, 5, 1], 11, 44],
    [Array<number>(50).fill(3), 8, 7, [7, 7, 4], 18, 144],
    [[100, 200, 57], 6, 9, [9, 9, 9, 9, 9, 9, 5], 59, 354],
    [[10, 3], 4, 3, [3], 3, 12],
    [[10, 7], 4, 2, [2, 2], 4, 16],
    [[2, 2], 3, 2, [1], 1, 3],
  ])('cuts documents of %j for %i streams into windows of %i as fastai does', (...row) => {
    const [lengths, batchSize, window, times, second, last] = row;
    const batches = readAll(counting(lengths), { batchSize, window });
    expect(batches.map(({ ids }) => [ids.length, ids[0]?.length])).toEqual(times.map((t) => [batchSize, t]));
    expect(batches[0]?.ids[1]?.[0]).toBe(second);
    expect(batches.at(-1)?.targets.at(-1)?.at(-1)).toBe(last);
    expect(languageModelLoader(counting(lengths), { batchSize, window }).batches(0)).toBe(times.length);
  });

  it('makes every token but the first and a dropped rest a target once, in streams that go on over windows', () => {
    fc.assert(
      fc.property(lengthsOf, optionsOf, (lengths, options) => {
        const corpus = counting(lengths);
        fc.pre(corpus.tokens > options.batchSize);
        const batches = readAll(corpus, { ...options, shuffle: false, backwards: false });
        const kept = Math.floor((corpus.tokens - 1) / options.batchSize) * options.batchSize;
        expect(textOf(batches)).toEqual(Array.from({ length: kept + 1 }, (_, i) => i));
        for (const { ids, targets } of batches) {
          expect(targets).toEqual(ids.map((row) => row.map((id) => id + 1)));
        }
      }),
      { seed: 1 },
    );
  });

  it('shuffles whole documents and reverses each one as a whole', () => {
    fc.assert(
      fc.property(lengthsOf, optionsOf, fc.nat(3), (lengths, options, epoch) => {
        const corpus = counting(lengths);
        fc.pre(corpus.tokens > options.batchSize);
        const text = textOf(readAll(corpus, options, epoch));
        const unread = new Set(Array.from({ length: corpus.length }, (_, i) => i));
        for (let at = 0; at < text.length;) {
          const found = [...unread].find((i) => {
            const document = corpus.document(i);
            return document[options.backwards ? document.length - 1 : 0] === text[at];
          });
          expect(found).toBeDefined();
          const document = corpus.document(found ?? 0).slice();
          if (options.backwards) document.reverse();
          const seen = text.slice(at, at + document.length);
          expect(seen).toEqual([...document.subarray(0, seen.length)]);
          unread.delete(found ?? 0);
          at += document.length;
        }
      }),
      { seed: 1 },
    );
  });

  it('reads on from a cursor as if it had read from the start', () => {
    fc.assert(
      fc.property(lengthsOf, optionsOf, fc.nat(3), fc.nat(), (lengths, options, epoch, skip) => {
        const corpus = counting(lengths);
        fc.pre(corpus.tokens > options.batchSize);
        const whole = readAll(corpus, options, epoch);
        const loader = languageModelLoader(corpus, options);
        expect(loader.batches(epoch)).toBe(whole.length);
        const batch = skip % (whole.length + 1);
        expect(Array.from(loader.open({ epoch, batch }), take)).toEqual(whole.slice(batch));
      }),
      { seed: 1 },
    );
  });

  it('keeps iterators of two epochs apart', () => {
    const options = { batchSize: 2, window: 4, shuffle: true, jitter: true };
    const corpus = counting(Array.from({ length: 20 }, (_, i) => 3 + (i % 5)));
    const loader = languageModelLoader(corpus, options);
    const first = loader.open({ epoch: 0, batch: 0 });
    const second = loader.open({ epoch: 1, batch: 0 });
    const read: [Read[], Read[]] = [[], []];
    for (;;) {
      const [a, b] = [first.next(), second.next()];
      if (!a.done) read[0].push(take(a.value));
      if (!b.done) read[1].push(take(b.value));
      if (a.done && b.done) break;
    }
    expect(read).toEqual([readAll(corpus, options, 0), readAll(corpus, options, 1)]);
  });

  it('has another order for another epoch, seed and stage', () => {
    const corpus = counting(Array<number>(30).fill(4));
    const text = (options: Partial<LanguageModelLoaderOptions>, epoch = 0) =>
      textOf(readAll(corpus, { batchSize: 3, shuffle: true, ...options }, epoch)).join();
    const all = [
      text({}),
      text({}, 1),
      text({ seed: 1 }),
      text({ stage: 'fine-tune' }),
      text({ shuffle: false }),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(text({})).toBe(all[0]);
    expect(text({ shuffle: false }, 1)).toBe(all[4]);
  });

  it('leaves no tensor behind, nor makes one before it is read', () => {
    const { numTensors } = tf.memory();
    const batches = languageModelLoader(counting([50, 60]), { batchSize: 2, window: 5 }).open({
      epoch: 0,
      batch: 3,
    });
    expect(tf.memory().numTensors).toBe(numTensors);
    for (const { ids, targets } of batches) {
      expect([ids.dtype, targets.dtype]).toEqual(['int32', 'int32']);
      expect(tf.memory().numTensors).toBe(numTensors + 2);
      tf.dispose([ids, targets]);
    }
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  describe('with jitter', () => {
    const corpus = TokenCorpus.fromDocuments([new Int32Array(400_001)]);
    const read = (options: Partial<LanguageModelLoaderOptions>, epoch = 0) => {
      const batches = languageModelLoader(corpus, { batchSize: 1, window: 70, ...options }).open({
        epoch,
        batch: 0,
      });
      return Array.from(batches, ({ ids, targets, rateScale }) => {
        tf.dispose([ids, targets]);
        return { time: ids.shape[1], rateScale };
      });
    };

    it('draws lengths around the window, seldom around half of it, and scales the rate by them', () => {
      const windows = read({ jitter: true });
      expect(windows.reduce((sum, { time }) => sum + time, 0)).toBe(400_000);
      for (const { time, rateScale } of windows) expect(rateScale).toBe(time / 70);
      const times = windows.slice(0, -1).map(({ time }) => time);
      expect(Math.max(...times)).toBe(80);
      expect(Math.min(...times)).toBeGreaterThanOrEqual(5);
      const short = times.filter((time) => time < 53);
      const long = times.filter((time) => time >= 53);
      expect(short.length / times.length).toBeCloseTo(0.05, 2);
      // Truncation takes half a token off the mean of N(base, 5).
      expect(mean(long)).toBeCloseTo(69.5, 0);
      expect(mean(short)).toBeCloseTo(34.5, 0);
      expect(Math.sqrt(mean(long.map((time) => (time - mean(long)) ** 2)))).toBeCloseTo(5, 0);
    });

    it('draws other lengths each epoch and obeys its settings', () => {
      expect(read({ jitter: true }, 1)).not.toEqual(read({ jitter: true }, 0));
      const half = read({ jitter: { wholeProbability: 0, deviation: 0 } });
      expect(new Set(half.slice(0, -1).map(({ time }) => time))).toEqual(new Set([35]));
      const capped = read({ jitter: { deviation: 50, shortest: 60, excess: 2 } }).slice(0, -1);
      expect([...new Set(capped.map(({ time }) => time))].sort()).toEqual(
        Array.from({ length: 13 }, (_, i) => 60 + i),
      );
    });

    it('leaves the rate alone without', () => {
      expect(new Set(read({}).map(({ rateScale }) => rateScale))).toEqual(new Set([1]));
    });

    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  });

  it.each<[string, Partial<LanguageModelLoaderOptions>, string]>([
    [
      'CORPUS_TOO_SMALL',
      { batchSize: 10 },
      '10 tokens are too few for a batch of 10 streams, which takes 11',
    ],
    ['BAD_OPTION', { batchSize: 0 }, 'batchSize is 0; it must be an integer from 1'],
    ['BAD_OPTION', { window: 1.5 }, 'window is 1.5; it must be an integer from 1'],
    ['BAD_OPTION', { jitter: { wholeProbability: 2 } }, 'jitter.wholeProbability is 2'],
    ['BAD_OPTION', { jitter: { deviation: -1 } }, 'jitter.deviation is -1'],
    ['BAD_OPTION', { jitter: { excess: 0.5 } }, 'jitter.excess is 0.5'],
    ['BAD_SEED', { seed: -1 }, 'seed is -1'],
  ])('refuses with %s: %j', (code, options, message) => {
    const make = () => languageModelLoader(counting([4, 6]), { batchSize: 2, ...options });
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a cursor beyond its epoch', () => {
    const loader = languageModelLoader(counting([4, 6]), { batchSize: 2, window: 2 });
    expect(loader.open({ epoch: 0, batch: 2 }).next().done).toBe(true);
    expect(() => loader.open({ epoch: 0, batch: 3 })).toThrow('batch 3 of epoch 0, which has 2 batches');
    expect(() => loader.open({ epoch: -1, batch: 0 })).toThrow('-1 is not an epoch');
  });
});

it('cuts the streams of each batch into slices', () => {
  const property = fc.property(
    lengthsOf,
    optionsOf,
    fc.integer({ min: 1, max: 5 }),
    (lengths, options, count) => {
      const corpus = counting([...lengths, 20]);
      fc.pre(count <= options.batchSize);
      const loader = languageModelLoader(corpus, options);
      const whole = Array.from(loader.open({ epoch: 1, batch: 0 }), take);
      const slices = Array.from({ length: count }, (_, index) => {
        const slice = loader.slice(index, count);
        expect(slice.batches(1)).toBe(whole.length);
        return Array.from(slice.open({ epoch: 1, batch: 0 }), (batch) => take(batch as LanguageModelBatch));
      });
      const joined = whole.map(({ rateScale }, i) => ({
        ids: slices.flatMap((slice) => slice[i]?.ids ?? []),
        targets: slices.flatMap((slice) => slice[i]?.targets ?? []),
        rateScale,
      }));
      expect(joined).toEqual(whole);
    },
  );
  fc.assert(property, { numRuns: 20 });
});

it('refuses more slices than streams', () => {
  const loader = languageModelLoader(counting([30]), { batchSize: 2 });
  expect(() => loader.slice(0, 4)).toThrow('slices is 4; it must be an integer from 1 to 2');
  expect(() => loader.slice(2, 2)).toThrow('slice is 2; it must be an integer from 0 to 1');
});
