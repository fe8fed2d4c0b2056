import { describe, expect, it } from 'vitest';
import { pseudoLabels } from './pseudo-labels.js';

/** Passes that agree on the first texts and contradict each other on the last. */
const passes = (texts: number) => {
  const row = (p: number) => [p, 1 - p];
  const sure = Array.from({ length: texts }, (_, i) => (i % 2 === 0 ? 0.9 : 0.1));
  const doubtful = Array.from({ length: texts }, (_, i) => (i % 2 === 0 ? 0.999 : 0.001));
  return [0.02, -0.02].map((shift, pass) => [
    ...sure.map((p) => row(p + shift)),
    // Sure in each pass, and of opposite classes in the two, but for a little.
    ...doubtful.map((p) => row(pass === 0 ? p : 1 - p + (p > 0.5 ? 0.01 : -0.01))),
  ]);
};

describe('pseudoLabels', () => {
  it('draws as many texts of each class, those that the passes agree on first', () => {
    const { indices, labels, probabilities, shares } = pseudoLabels(passes(200), { perClass: 50, seed: 3 });
    expect(indices).toHaveLength(100);
    expect([...indices]).toEqual([...indices].sort((a, b) => a - b));
    for (const c of [0, 1]) expect(labels.filter((label) => label === c)).toHaveLength(50);
    const agreed = [...indices].filter((index) => index < 200);
    // A draw: those of little weight may slip in.
    expect(agreed.length).toBeGreaterThan(85);
    indices.forEach((index, i) => {
      if (index >= 200) return;
      expect(labels[i]).toBe(index % 2);
      expect(probabilities[i]).toBeCloseTo(0.9, 6);
    });
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  it('draws the same by its seed and round, and others by another', () => {
    const drawn = (options: object) => pseudoLabels(passes(200), { perClass: 20, ...options }).indices.join();
    expect(drawn({ seed: 1 })).toBe(drawn({ seed: 1 }));
    expect(drawn({ seed: 2 })).not.toBe(drawn({ seed: 1 }));
    expect(drawn({ seed: 1, round: 1 })).not.toBe(drawn({ seed: 1 }));
  });

  it('takes those of the highest mean probability, where it is told to', () => {
    const one = [[0.6, 0.9, 0.7, 0.1, 0.3, 0.2].map((p) => [p, 1 - p])];
    const { indices, labels } = pseudoLabels(one, { perClass: 2, choose: 'most-certain' });
    expect([[...indices], [...labels]]).toEqual([
      [1, 2, 3, 5],
      [0, 0, 1, 1],
    ]);
  });

  it('refuses a model that leans to one side, and what is no table', () => {
    const leaning = [Array.from({ length: 10 }, (_, i) => (i < 8 ? [0.9, 0.1] : [0.2, 0.8]))];
    expect(() => pseudoLabels(leaning, { perClass: 2 })).toThrow(
      /^pseudoLabels: 80 % of the texts are labelled as class 0, above the limit of 70 %; train/,
    );
    expect(pseudoLabels(leaning, { perClass: 2, mostShare: 0.9 }).indices).toHaveLength(4);
    expect(() =>
      pseudoLabels(
        [
          [[1, 0]],
          [
            [1, 0],
            [0, 1],
          ],
        ],
        { perClass: 1 },
      ),
    ).toThrow(/passes of different shapes/);
    expect(() => pseudoLabels([], { perClass: 1 })).toThrow(/passes/);
    expect(() => pseudoLabels([[[1, 0]]], { perClass: 0 })).toThrow(/perClass is 0/);
  });
});
