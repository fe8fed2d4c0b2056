import { describe, expect, it } from 'vitest';
import { mostConfidentMistakes } from './mistakes.js';

describe('mostConfidentMistakes', () => {
  it('gives the surest first, and no text that is right', () => {
    const rows = [
      [0.6, 0.4],
      [0.9, 0.1],
      [0.2, 0.8],
      [0.9, 0.1],
      [0.3, 0.7],
    ];
    const all = mostConfidentMistakes(rows, [1, 1, 0, 0, 0], 9);
    expect(all).toEqual([
      { index: 1, predicted: [0], truth: [1], probability: 0.9 },
      { index: 2, predicted: [1], truth: [0], probability: 0.8 },
      { index: 4, predicted: [1], truth: [0], probability: 0.7 },
      { index: 0, predicted: [0], truth: [1], probability: 0.6 },
    ]);
    expect(mostConfidentMistakes(rows, [1, 1, 0, 0, 0], 2)).toEqual(all.slice(0, 2));
  });

  it('counts a class that is missed, and one too many, where a text may have several', () => {
    const rows = [
      [0.9, 0.05],
      [0.7, 0.1],
      [0.9, 0.1],
    ];
    expect(mostConfidentMistakes(rows, [[0, 1], [], [0]], 9, { multiLabel: true })).toEqual([
      { index: 0, predicted: [0], truth: [0, 1], probability: 0.95 },
      { index: 1, predicted: [0], truth: [], probability: 0.7 },
    ]);
  });

  it('puts what is no number last', () => {
    const rows = [
      [NaN, NaN],
      [0.4, 0.6],
    ];
    expect(mostConfidentMistakes(rows, [1, 0], 9).map(({ index }) => index)).toEqual([1, 0]);
  });
});
