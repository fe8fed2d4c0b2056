import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { golden } from './golden.test-helper.js';
import { judge, type JudgeOptions } from './judge.js';
import { judgementSchema, type Judgement } from './judgement.js';

const names = (count: number) => Array.from({ length: count }, (_, i) => `class ${i}`);
const one = (classes: number): JudgeOptions => ({ classes: names(classes), multiLabel: false });
const DIGITS = 9;

/** All of `expected` is in `actual`, numbers to 1e-9. */
function expectFigures(actual: unknown, expected: unknown, where = ''): void {
  if (typeof expected === 'number' && !Number.isNaN(expected)) {
    expect(actual, where).toBeCloseTo(expected, DIGITS);
  } else if (typeof expected !== 'object' || expected === null) {
    expect(actual, where).toEqual(expected);
  } else {
    expect(typeof actual, where).toBe('object');
    for (const [key, value] of Object.entries(expected)) {
      expectFigures((actual as Record<string, unknown>)[key], value, `${where}.${key}`);
    }
  }
}

describe('judge', () => {
  it.each(['two', 'four'] as const)('gives scikit-learn’s figures for one class a text: %s', (which) => {
    const { probabilities, truth, calibrationError, binomialTail: _, ...expected } = golden[which];
    const judgement = judge(probabilities, truth, one(expected.perClass.length));
    expectFigures(judgement, expected);
    expect(judgement.calibration.error).toBeCloseTo(calibrationError, DIGITS);
    expect(judgement.calibration.bins.reduce((sum, { count }) => sum + count, 0)).toBe(truth.length);
    expect(judgement.hammingLoss).toBeUndefined();
  });

  it('gives scikit-learn’s figures for several classes a text', () => {
    const { probabilities, truth, thresholds, calibrationError, ...expected } = golden.several;
    const judgement = judge(probabilities, truth, { classes: names(4), multiLabel: true, thresholds });
    expectFigures(judgement, expected);
    expect(judgement.calibration.error).toBeCloseTo(calibrationError, DIGITS);
    expect(judgement.confusion).toBeUndefined();
  });

  it('names the pairs that are confused most', () => {
    const certain = (label: number) => [0, 1, 2].map((c) => (c === label ? 1 : 0));
    const guesses = [1, 1, 2, 0, 0, 2, 1];
    const { confusedPairs } = judge(guesses.map(certain), [0, 0, 0, 0, 1, 1, 1], one(3));
    expect(confusedPairs).toEqual([
      { truth: 0, predicted: 1, count: 2 },
      { truth: 0, predicted: 2, count: 1 },
      { truth: 1, predicted: 0, count: 1 },
      { truth: 1, predicted: 2, count: 1 },
    ]);
  });

  it('pairs a missed class with a wrong one where a text may have several', () => {
    const rows = [
      [0.9, 0.1, 0.8],
      [0.9, 0.1, 0.8],
      [0.1, 0.1, 0.8],
      [0.9, 0.9, 0.1],
    ];
    const { confusedPairs } = judge(rows, [[0, 1], [0, 1], [0, 1], [0]], {
      classes: names(3),
      multiLabel: true,
    });
    expect(confusedPairs).toEqual([{ truth: 1, predicted: 2, count: 2 }]);
  });

  const row = (classes: number) =>
    fc
      .array(fc.integer({ min: 0, max: 8 }), { minLength: classes, maxLength: classes })
      .map((weights) =>
        weights.map((w) => (w + 0.125) / (weights.reduce((a, b) => a + b, 0) + 0.125 * classes)),
      );
  const scored = fc.integer({ min: 2, max: 5 }).chain((classes) =>
    fc.record({
      classes: fc.constant(classes),
      rows: fc.array(fc.record({ p: row(classes), label: fc.nat(classes - 1) }), {
        minLength: 1,
        maxLength: 30,
      }),
    }),
  );
  const judged = (rows: readonly { p: number[]; label: number }[], classes: number): Judgement =>
    judge(
      rows.map(({ p }) => p),
      rows.map(({ label }) => label),
      one(classes),
    );

  it('does not care for the order of the texts', () => {
    fc.assert(
      fc.property(scored, fc.nat(), ({ rows, classes }, turn) => {
        const turned = [...rows.slice(turn % rows.length), ...rows.slice(0, turn % rows.length)];
        const { verdictWords: _, ...expected } = judged(rows, classes);
        expectFigures(judged(turned, classes), expected);
      }),
      { numRuns: 50 },
    );
  });

  it('turns with the order of the classes', () => {
    fc.assert(
      fc.property(scored, ({ rows, classes }) => {
        // Equal probabilities go to the first class, whichever it is.
        const clear = rows.filter(({ p }) => p.filter((x) => x === Math.max(...p)).length === 1);
        if (clear.length === 0) return;
        const last = classes - 1;
        const mirrored = clear.map(({ p, label }) => ({ p: [...p].reverse(), label: last - label }));
        const [there, back] = [judged(clear, classes), judged(mirrored, classes)];
        expectFigures(back.perClass.toReversed(), there.perClass);
        expectFigures(
          back.confusion?.toReversed().map((line) => [...line].reverse()),
          there.confusion,
        );
        for (const key of ['accuracy', 'logLoss', 'kappa', 'guess'] as const) {
          expectFigures(back[key], there[key]);
        }
        expectFigures([back.macro, back.weighted], [there.macro, there.weighted]);
        expect(back.verdict).toBe(there.verdict);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps through JSON, NaN too', () => {
    fc.assert(
      fc.property(scored, ({ rows, classes }) => {
        const judgement = judged(rows, classes);
        expect(judgementSchema.parse(JSON.parse(JSON.stringify(judgement)))).toEqual(judgement);
      }),
      { numRuns: 30 },
    );
    const { probabilities, truth, thresholds } = golden.several;
    const several = judge(probabilities, truth, { classes: names(4), multiLabel: true, thresholds });
    expect(judgementSchema.parse(JSON.parse(JSON.stringify(several)))).toEqual(several);
    expect(judgementSchema.safeParse({ ...several, classes: ['one'] }).success).toBe(false);
  });

  it('has no figures without texts, and no loss where a probability is no number', () => {
    const none = judge([], [], one(2));
    expect(none).toMatchObject({ documents: 0, accuracy: NaN, logLoss: NaN, rocAuc: NaN });
    expect(none.verdict).toBe('no better than guessing');
    const broken = judge(
      [
        [NaN, NaN],
        [NaN, NaN],
      ],
      [0, 1],
      one(2),
    );
    expect(broken).toMatchObject({ accuracy: 0.5, logLoss: NaN, rocAuc: NaN });
    expect(broken.calibration.error).toBeNaN();
    expect(broken.verdict).toBe('one class for everything');
  });

  it('leaves the matrix of hundreds of classes out, and keeps the pairs', () => {
    const classes = 201;
    const rows = [0, 1].map(() => new Array<number>(classes).fill(1 / classes));
    const judgement = judge(rows, [0, 200], one(classes));
    expect(judgement.confusion).toBeUndefined();
    expect(judgement.confusedPairs).toEqual([{ truth: 200, predicted: 0, count: 1 }]);
  });

  it.each([
    ['2 labels for 1 rows', [[1, 0]], [0, 1], one(2)],
    ['row 0 has 1 scores for 2 classes', [[1]], [0], one(2)],
    ['label 2 of text 0', [[1, 0]], [2], one(2)],
    ['text 0 has 2 labels', [[1, 0]], [[0, 1]], one(2)],
  ])('refuses what does not fit together: %s', (message, rows, truth, options) => {
    expect(() => judge(rows, truth, options)).toThrow(
      expect.objectContaining({ code: 'BAD_LABELS', message: expect.stringContaining(message) as string }),
    );
  });
});
