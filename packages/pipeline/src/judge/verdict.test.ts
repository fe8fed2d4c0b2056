import { permutation, randomKey } from '@ulmfit/kernels';
import { describe, expect, it } from 'vitest';
import { binomialTail } from './binomial-tail.js';
import { golden } from './golden.test-helper.js';
import { judge } from './judge.js';

/** A row that is certain of each of some classes. */
const certain = (labels: readonly number[], classes: number) =>
  Array.from({ length: classes }, (_, c) => (labels.includes(c) ? 1 : 0));

const verdictOf = (
  truth: readonly number[],
  predicted: readonly number[],
  classes = ['neg', 'pos', 'none'],
) =>
  judge(
    predicted.map((label) => certain([label], classes.length)),
    truth,
    { classes, multiLabel: false },
  );

const repeat = (times: number, ...labels: number[]): number[] =>
  Array.from({ length: times }, () => labels).flat();

describe('binomialTail', () => {
  it('is the p-value that scipy gives', () => {
    for (const { probabilities, truth, accuracy, confusion, binomialTail: expected } of [
      golden.two,
      golden.four,
    ]) {
      const documents = probabilities.length;
      const majority = Math.max(...confusion.map((row) => row.reduce((a, b) => a + b, 0))) / documents;
      expect(binomialTail(Math.round(accuracy * documents), truth.length, majority)).toBeCloseTo(expected, 9);
    }
    // scipy.stats.binomtest(k, n, p, alternative='greater').pvalue
    expect(binomialTail(12700, 25000, 0.5)).toBeCloseTo(0.005808946999, 9);
    expect(binomialTail(9, 20, 0.5)).toBeCloseTo(0.748277664185, 9);
    expect(binomialTail(3, 3, 0.9)).toBeCloseTo(0.729, 12);
    expect([binomialTail(0, 5, 0.3), binomialTail(5, 5, 1), binomialTail(1, 5, 0)]).toEqual([1, 1, 0]);
  });
});

describe('the verdict', () => {
  it('is good for a model that is right more often than the most frequent class is there', () => {
    const { verdict, verdictWords, guess } = verdictOf(repeat(50, 0, 1), [
      ...repeat(40, 0, 1),
      ...repeat(10, 1, 0),
    ]);
    expect(verdict).toBe('good');
    expect(guess).toBe(0.5);
    expect(verdictWords).toBe(
      'Better than guessing: 80.00 % are right, and always answering "neg" gives 50.00 %.',
    );
  });

  it('calls a coin no better than guessing', () => {
    const { verdict, verdictWords } = verdictOf(repeat(50, 0, 1), [...repeat(26, 0, 1), ...repeat(24, 1, 0)]);
    expect(verdict).toBe('no better than guessing');
    expect(verdictWords).toBe(
      'No better than guessing: 52.00 % are right, and always answering "neg" gives 50.00 %.',
    );
  });

  it('says so when all texts are predicted alike', () => {
    const { verdict, verdictWords } = verdictOf(repeat(20, 0, 1), repeat(40, 1));
    expect(verdict).toBe('one class for everything');
    expect(verdictWords).toBe(
      'One class for everything: all 40 texts are predicted as "pos", and 50.00 % of them are.',
    );
  });

  it('is good for a model that finds a rare class, though the frequent one alone is right more often', () => {
    // 50 of 1000 are rare; 40 of them are found, with 60 others.
    const truth = [...repeat(50, 1), ...repeat(950, 0)];
    const predicted = [...repeat(40, 1), ...repeat(10, 0), ...repeat(60, 1), ...repeat(890, 0)];
    const { verdict, verdictWords, accuracy, guess } = verdictOf(truth, predicted);
    expect(accuracy).toBeLessThan(guess);
    expect(verdict).toBe('good');
    expect(verdictWords).toMatch(/^It tells the classes apart \(Cohen's kappa 0\.\d\d\), yet 93\.00 %/);
  });

  it('cannot praise anybody by texts of one class', () => {
    expect(verdictOf(repeat(30, 1), repeat(30, 1))).toMatchObject({
      verdict: 'no better than guessing',
      verdictWords: 'Every text is "pos": such a set cannot show that a model tells classes apart.',
    });
  });

  it('keeps the names of classes on one line', () => {
    const { verdictWords } = verdictOf(repeat(20, 0, 1), repeat(40, 1), ['a', '\u001b[31mb\n']);

    expect(verdictWords).not.toMatch(/[\u0000-\u001f]/);
  });

  describe('with several classes a text', () => {
    const classes = ['c', 'python', 'rust', 'game'];
    const truth = repeat(50, 0, 1, 2, 3).map((label, i) =>
      i % 2 === 0 ? [label] : [label, (label + 1) % 4],
    );
    const verdictOfSets = (predicted: readonly (readonly number[])[]) =>
      judge(
        predicted.map((labels) => certain(labels, 4)),
        truth,
        { classes, multiLabel: true },
      ).verdict;
    const shuffled = [...permutation(truth.length, randomKey({ seed: 3, stream: 'shuffle' }))].map(
      (i) => truth[i] ?? [],
    );

    it('is good for one that finds some of them, and not for right frequencies at the wrong texts', () => {
      expect(verdictOfSets(truth.map(([first = 0]) => [first]))).toBe('good');
      expect(verdictOfSets(shuffled)).toBe('no better than guessing');
    });

    it('says so when all texts are predicted alike, or none has a class', () => {
      expect(verdictOfSets(truth.map(() => [0, 1, 2, 3]))).toBe('one class for everything');
      expect(verdictOfSets(truth.map(() => []))).toBe('one class for everything');
    });
  });
});
