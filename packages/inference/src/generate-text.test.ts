import { memory, tidy } from '@tensorflow/tfjs-core';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { bundleToBytes } from '@ulmfit/checkpoint';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { bundleOfLanguageModel, generateText, loadLanguageModel, nextToken, samplingOf } from './index.js';

const words = ['the', 'film', 'was', 'good', 'bad', '.', ','];
const vocabulary = new Vocabulary([...specialTokens, ...words]);
const tokenizer = fastaiTokenizer();

/** A model of random weights. */
function reading(backwards = false) {
  const model = createLanguageModel(
    { vocabulary: vocabulary.size, embedding: 6, hidden: 8, layers: 2 },
    { seed: 3 },
  );
  // Sharper than a fresh model is.
  for (const { variable } of model.groups.flatMap((g) => g.parameters))
    tidy(() => variable.assign(variable.mul(6)));
  onTestFinished(() => model.dispose());
  return { model, vocabulary, tokenizer, backwards };
}

async function whole(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

describe('generateText', () => {
  it('goes on with a text, the same for one seed, and leaves no tensor', async () => {
    const model = reading();
    const before = memory().numTensors;
    const text = (seed: number) =>
      whole(generateText(model, 'The film', { tokens: 30, seed, temperature: 1 }));
    const [one, again, other] = [await text(1), await text(1), await text(2)];
    expect(one).toBe(again);
    expect(other).not.toBe(one);
    expect(one).toMatch(/^[ .,]/);
    expect(one).not.toMatch(/xx/);
    expect(memory().numTensors).toBe(before);
  });

  it('draws what the whole text before asks for, though it reads each word once', async () => {
    const model = reading();
    const forward = vi.spyOn(model.model, 'forward');
    const greedy = { temperature: 0, tokens: 12 };
    const text = await whole(generateText(model, 'the film was good', greedy));
    const read = forward.mock.calls.map(([{ ids }]) => ids.shape);
    expect(read[0]).toEqual([1, 5]);
    expect(read.slice(1).every(([rows, time]) => rows === 1 && time === 1)).toBe(true);
    const begun = text.split(' ').slice(0, 3).join(' ');
    const rest = await whole(generateText(model, `the film was good${begun}`, greedy));
    expect(`${begun}${rest}`.startsWith(text) || text.startsWith(`${begun}${rest}`)).toBe(true);
  });

  it('ends before a word that stops it, and with its signal', async () => {
    const model = reading();
    const options = { tokens: 60, temperature: 2, topP: 1, seed: 0 };
    let text = '';
    while (text.length < 40) {
      options.seed++;
      text = await whole(generateText(model, 'the', options));
    }
    const stopping = / \w+/.exec(text.slice(5))?.[0] ?? '';
    const at = text.indexOf(stopping);
    expect(stopping.length).toBeGreaterThan(1);
    expect(await whole(generateText(model, 'the', { ...options, stop: ['zzz', stopping] }))).toBe(
      text.slice(0, at),
    );
    expect(await whole(generateText(model, 'the', { ...options, stop: ['zzz'] }))).toBe(text);
    const stop = new AbortController();
    stop.abort(new Error('no more'));
    await expect(whole(generateText(model, 'the', { signal: stop.signal }))).rejects.toThrow('no more');
  });

  it('is loaded from a file, and refuses what it cannot do', async () => {
    const parts = reading();
    const loaded = await loadLanguageModel(bundleToBytes(bundleOfLanguageModel(parts)));
    onTestFinished(() => loaded.dispose());
    const own = await whole(generateText(parts, '', { tokens: 9 }));
    expect(await whole(loaded.generate('', { tokens: 9 }))).toBe(own);
    await expect(whole(generateText(reading(true), 'x'))).rejects.toMatchObject({ code: 'OTHER_DIRECTION' });
    for (const bad of [
      { tokens: 0 },
      { temperature: -1 },
      { topP: 0 },
      { topP: 2 },
      { minP: NaN },
      { topK: 1.5 },
    ])
      await expect(whole(generateText(parts, 'x', bad)), JSON.stringify(bad)).rejects.toMatchObject({
        code: 'BAD_OPTION',
      });
  });
});

describe('nextToken', () => {
  const none: ReadonlySet<number> = new Set();
  const logits = [1, 3, 2, -1].map((x) => x * Math.LN2); // probabilities 2, 8, 4 and 1/2 of 14.5
  const drawn = (options: Parameters<typeof samplingOf>[0], excluded = none) =>
    new Set(
      Array.from({ length: 1000 }, (_, i) =>
        nextToken(logits, samplingOf({ temperature: 1, topP: 1, ...options }), excluded, i / 1000),
      ),
    );

  it('draws in proportion', () => {
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 1450; i++) {
      const id = nextToken(logits, samplingOf({ temperature: 1, topP: 1 }), none, (i + 0.5) / 1450);
      counts[id] = (counts[id] ?? 0) + 1;
    }
    expect(counts).toEqual([200, 800, 400, 50]);
  });

  it('keeps what its limits leave', () => {
    expect(drawn({})).toEqual(new Set([0, 1, 2, 3]));
    expect(drawn({ topK: 2 })).toEqual(new Set([1, 2]));
    expect(drawn({ topP: 0.8 })).toEqual(new Set([1, 2]));
    expect(drawn({ topP: 0.01 })).toEqual(new Set([1]));
    expect(drawn({ minP: 0.2 })).toEqual(new Set([0, 1, 2]));
    expect(drawn({ temperature: 0 })).toEqual(new Set([1]));
    expect(drawn({ temperature: 0 }, new Set([1]))).toEqual(new Set([2]));
    expect(drawn({}, new Set([0, 1, 3]))).toEqual(new Set([2]));
  });

  it('never draws what is excluded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: -50, max: 50 }), { minLength: 2, maxLength: 20 }),
        fc.record({
          temperature: fc.float({ min: 0, max: 5, noNaN: true }),
          topP: fc.float({ min: Math.fround(0.01), max: 1, noNaN: true }),
          minP: fc.float({ min: 0, max: 1, noNaN: true }),
        }),
        fc.float({ min: 0, max: Math.fround(0.999), noNaN: true }),
        (scores, options, random) => {
          const id = nextToken(scores, samplingOf(options), new Set([0]), random);
          expect(id).toBeGreaterThan(0);
          expect(id).toBeLessThan(scores.length);
        },
      ),
      { seed: 5 },
    );
  });
});
