import { memory, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { Detokenizer, fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { inferencePass } from '@ulmfit/trainer';
import { expect, it, onTestFinished } from 'vitest';
import { generateText, type GenerateOptions, type ReadingLanguageModel } from './index.js';

const vocabulary = new Vocabulary([...specialTokens, 'the', 'film', 'was', 'good', '.']);
const tokenizer = fastaiTokenizer();
/** What a text may have: words, and marks of case and repetition. */
const drawn = Array.from(vocabulary.itos.keys()).filter(
  (id) => !['xxunk', 'xxpad', 'xxfld', 'xxbos', 'xxeos'].includes(vocabulary.itos[id] ?? ''),
);
const ends = ['xxbos', 'xxeos'].map((mark) => vocabulary.indexOf(mark));

function reading(seed: number): ReadingLanguageModel {
  const model = createLanguageModel(
    { vocabulary: vocabulary.size, embedding: 4, hidden: 5, layers: 1 },
    { seed },
  );
  for (const { variable } of model.groups.flatMap((g) => g.parameters))
    tidy(() => variable.assign(variable.mul(5)));
  onTestFinished(() => model.dispose());
  return { model, vocabulary, tokenizer, backwards: false };
}

async function text(parts: ReadingLanguageModel, options: GenerateOptions): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of generateText(parts, 'The film', options)) pieces.push(piece);
  expect(pieces.length).toBeLessThanOrEqual(1);
  return pieces.join('');
}

/** The log probability of each next word, after the whole of a text at once. */
function logsAfter({ model }: ReadingLanguageModel, ids: readonly number[]): number[] {
  return tidy(() => {
    const logits = inferencePass((pass) => {
      const window = tensor2d([[...ids]], undefined, 'int32');
      return model.logits(model.forward({ ids: window, targets: window }, pass));
    });
    const row = (logits.arraySync() as number[][]).at(-1) ?? [];
    const total = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return row.map((logit) => logit - total);
  });
}

it.each([
  { seed: 1, lengthPenalty: 0 },
  { seed: 2, lengthPenalty: 0.7 },
  { seed: 3, lengthPenalty: 2 },
])('finds the likeliest of all texts where the beam holds all: %o', async ({ seed, lengthPenalty }) => {
  const parts = reading(seed);
  const begun = Array.from(vocabulary.encode(tokenizer.tokenize('The film')));
  let best = { score: -Infinity, ids: [] as number[] };
  const settle = (ids: number[], score: number, length: number) => {
    const own = score / ((5 + length) / 6) ** lengthPenalty;
    if (own > best.score) best = { score: own, ids };
  };
  const first = logsAfter(parts, begun);
  for (const id of ends) settle([], first[id]!, 1);
  for (const one of drawn) {
    const second = logsAfter(parts, [...begun, one]);
    for (const id of ends) settle([one], first[one]! + second[id]!, 2);
    for (const two of drawn) settle([one, two], first[one]! + second[two]!, 2);
  }
  const detokenizer = new Detokenizer({ english: true });
  for (const token of tokenizer.tokenize('The film')) detokenizer.push(token);
  const expected = best.ids.map((id) => detokenizer.push(vocabulary.itos[id] ?? '')).join('');
  expect(await text(parts, { beam: 64, tokens: 2, lengthPenalty })).toBe(expected);
});

it('gives the same whatever the seed, ends before what stops it, and leaves no tensor', async () => {
  const parts = reading(2);
  const options = { beam: 4, tokens: 20, lengthPenalty: 2 };
  const before = memory().numTensors;
  const whole = await text(parts, options);
  expect(whole.length).toBeGreaterThan(6);
  expect(await text(parts, { ...options, seed: 9 })).toBe(whole);
  expect(whole).not.toMatch(/xx/);
  const stop = whole.slice(3, 6);
  const cut = await text(parts, { ...options, stop: [stop] });
  expect(cut).not.toContain(stop);
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(text(parts, { beam: 2, signal })).rejects.toThrow('enough');
  expect(memory().numTensors).toBe(before);
});

it.each([
  [{ beam: 0 }, 'generate: beam is 0; it must be an integer from 1 to 64'],
  [{ beam: 65 }, 'generate: beam is 65; it must be an integer from 1 to 64'],
  [{ beam: 2, lengthPenalty: 3 }, 'generate: lengthPenalty is 3; it must be from 0 to 2'],
])('refuses %j', async (options, message) => {
  await expect(text(reading(1), options)).rejects.toThrow(message);
});
