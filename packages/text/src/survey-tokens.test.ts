import { describe, expect, it } from 'vitest';
import { rowsTask } from './rows-task.js';
import { summarizeTask } from './summarize-task.js';
import { surveyTokens } from './survey-tokens.js';

const tokenizer = {
  name: 'spaces',
  rules: 'spaces/1',
  tokenize: (text: string) => ['xxbos', ...text.split(' ')],
};
const vocabulary = { minCount: 1, padToMultipleOf: false } as const;

describe('surveyTokens', () => {
  const task = rowsTask({
    train: [
      { text: 'a b', label: 'x' },
      { text: 'a c c', label: 'y' },
    ],
    valid: [{ text: 'a d', label: 'x' }],
    test: [
      { text: 'd e f', label: 'y' },
      { text: 'g', label: 'y' },
    ],
    unlabelled: ['d d'],
  });

  it('counts the tokens of each set, and those that the vocabulary lacks', async () => {
    const summary = await summarizeTask(task);
    const of = (texts: 'unlabelled' | 'train-and-unlabelled', minCount = 1) =>
      surveyTokens(task, { tokenizer, vocabulary: { ...vocabulary, minCount }, texts, summary });
    const all = await of('train-and-unlabelled');
    expect(all).toMatchObject({
      tokens: { languageModel: 10, valid: 3, test: 6 },
      vocabulary: 9 + 4, // special tokens, and a b c d
      unknown: { valid: 0, test: 3 / 6 },
      exact: true,
    });
    expect((await of('train-and-unlabelled', 2)).unknown).toEqual({ valid: 0, test: 3 / 6 });
    expect((await of('unlabelled')).unknown).toEqual({ valid: 1 / 3, test: 3 / 6 });
    expect((await of('unlabelled')).tokens.languageModel).toBe(3);
  });

  it('takes some texts of many for all', async () => {
    const text = (i: number) => `w${i % 50} w${(7 * i) % 50} w${(3 * i) % 50}`;
    const rows = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ text: text(i), label: i % 2 ? 'x' : 'y' }));
    const large = rowsTask({ train: rows(4000), valid: rows(1000), validShare: 0 });
    const summary = await summarizeTask(large);
    const options = { tokenizer, vocabulary, texts: 'train-and-unlabelled', summary } as const;
    const exact = await surveyTokens(large, options);
    expect(exact.tokens).toMatchObject({ languageModel: 16_000, train: 16_000, valid: 4000 });
    for (const limit of [2000, 10_000]) {
      const { tokens, exact: isExact } = await surveyTokens(large, { ...options, limit });
      expect(isExact).toBe(false);
      expect(Math.abs(tokens.languageModel / 16_000 - 1), String(limit)).toBeLessThan(0.02);
      expect(Math.abs(tokens.train / 16_000 - 1)).toBeLessThan(0.02);
      expect(Math.abs(tokens.valid / 4000 - 1)).toBeLessThan(0.02);
    }
  });

  it('says nothing of a set without texts', async () => {
    const bare = rowsTask({
      train: [
        { text: 'a', label: 'x' },
        { text: 'b', label: 'y' },
      ],
      validShare: 0,
    });
    const summary = await summarizeTask(bare);
    const { unknown } = await surveyTokens(bare, { tokenizer, vocabulary, texts: 'unlabelled', summary });
    expect(unknown).toEqual({});
  });
});
