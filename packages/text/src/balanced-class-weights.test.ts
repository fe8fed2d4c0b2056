import { describe, expect, it } from 'vitest';
import { balancedClassWeights } from './balanced-class-weights.js';

describe('balancedClassWeights', () => {
  it("are scikit-learn's for one label a document", () => {
    // compute_class_weight('balanced', classes=[0, 1, 2], y=[0, 0, 0, 0, 1, 1, 2])
    const expected = [0.58333333, 1.16666667, 2.33333333];
    balancedClassWeights([0, 0, 0, 0, 1, 1, 2], 3).forEach((w, c) =>
      expect(w).toBeCloseTo(expected[c] ?? NaN, 8),
    );
    expect(balancedClassWeights(Int32Array.of(0, 1, 1, 0), 2)).toEqual([1, 1]);
  });

  it('give each class the same share of the loss', () => {
    const labels = [2, 2, 0, 1, 2, 1, 2, 2];
    const weights = balancedClassWeights(labels, 3);
    const shares = [0, 1, 2].map((c) => labels.filter((l) => l === c).length * (weights[c] ?? NaN));
    for (const share of shares) expect(share).toBeCloseTo(8 / 3, 10);
  });

  it('count labels where documents have several, and leave out classes that no document has', () => {
    // Of four labels two are 0, one is 1, one is 3.
    expect(balancedClassWeights([[0, 1], [], [0, 3]], 4)).toEqual([4 / 6, 4 / 3, 1, 4 / 3]);
    expect(balancedClassWeights([], 2)).toEqual([1, 1]);
  });

  it('refuse a label beyond the classes', () => {
    const wrong = expect.objectContaining({
      code: 'BAD_LABELS',
      message: expect.stringMatching(/label 2/) as string,
    });
    expect(() => balancedClassWeights([0, 2], 2)).toThrow(wrong);
    expect(() => balancedClassWeights([[0], [1, 2]], 2)).toThrow(wrong);
  });
});
