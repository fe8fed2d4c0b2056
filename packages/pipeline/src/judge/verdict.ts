import { brief } from '@ulmfit/errors';
import { binomialTail } from './binomial-tail.js';
import { averaged, precisionRecall, totalCounts, type ClassCounts } from './class-figures.js';
import { chanceAgreement, cohenKappa } from './cohen-kappa.js';

/** What a judgement comes to in three words. */
export type Verdict = 'good' | 'no better than guessing' | 'one class for everything';

export interface VerdictInput {
  readonly classes: readonly string[];
  readonly multiLabel: boolean;
  readonly documents: number;
  readonly counts: readonly ClassCounts[];
  /** Whether every text is given the same classes. */
  readonly isConstant: boolean;
  /** The classes that the first text is given. */
  readonly first: readonly number[];
}

export interface VerdictResult {
  readonly verdict: Verdict;
  /** The verdict in one sentence, with the figures that it rests on. */
  readonly verdictWords: string;
  /** What the best answer that doesn't read the texts reaches: accuracy, or micro F1 with several classes a text. */
  readonly guess: number;
}

/** The chance of calling a guesser good. */
const SIGNIFICANCE = 0.05;
/** As many deviations of a normal distribution, one-sided. */
const DEVIATIONS = 1.6448536269514722;
/** "Fair" agreement (Landis and Koch 1977). */
const FAIR_KAPPA = 0.2;

/**
 * Tells a model from one that doesn't read its texts.
 *
 * With one class a text it must be right more often than the most frequent class is there (binomial test at 95 %). Where
 * one class is nearly all, that asks too much of a model that finds the rare ones: so it passes as well by agreeing with
 * the truth more than its own frequencies would by chance (the same test) with a Cohen's kappa of at least 0.2.
 * With several classes a text it must find more of them than its frequencies would by chance, and have a better micro or
 * macro F1 than the best constant answer.
 */
export function verdictOf(input: VerdictInput): VerdictResult {
  return input.multiLabel ? ofSeveral(input) : ofOne(input);
}

function ofOne({ classes, documents: n, counts, isConstant, first }: VerdictInput): VerdictResult {
  const { right } = totalCounts(counts);
  const majority = counts.reduce(
    (best, { support }, i) => (support > (counts[best]?.support ?? 0) ? i : best),
    0,
  );
  const guess = (counts[majority]?.support ?? 0) / n;
  const name = brief(classes[majority] ?? '');
  const kinds = counts.filter(({ support }) => support > 0).length;
  const fail = (verdict: Verdict, verdictWords: string) => ({ verdict, verdictWords, guess });
  if (n === 0) return fail('no better than guessing', 'There is no text to judge by.');
  if (kinds === 1) {
    return fail(
      'no better than guessing',
      `Every text is ${name}: such a set cannot show that a model tells classes apart.`,
    );
  }
  if (isConstant && n > 1) {
    return fail(
      'one class for everything',
      `One class for everything: all ${n} texts are predicted as ${brief(classes[first[0] ?? 0] ?? '')}, and ${percent(right / n)} of them are.`,
    );
  }
  const figures = `${percent(right / n)} are right, and always answering ${name} gives ${percent(guess)}`;
  const kappa = cohenKappa(counts, n);
  const beatsMajority = binomialTail(right, n, guess) < SIGNIFICANCE;
  const beatsChance =
    kappa >= FAIR_KAPPA && binomialTail(right, n, chanceAgreement(counts, n)) < SIGNIFICANCE;
  if (beatsMajority) return { verdict: 'good', verdictWords: `Better than guessing: ${figures}.`, guess };
  if (beatsChance) {
    return {
      ...{ verdict: 'good', guess },
      verdictWords: `It tells the classes apart (Cohen's kappa ${kappa.toFixed(2)}), yet ${figures}.`,
    };
  }
  return fail('no better than guessing', `No better than guessing: ${figures}.`);
}

function ofSeveral({ documents: n, counts, isConstant, first, classes }: VerdictInput): VerdictResult {
  const micro = precisionRecall(totalCounts(counts)).f1;
  const constant = bestConstant(counts, n);
  const guess = constant.micro;
  const fail = (verdict: Verdict, verdictWords: string) => ({ verdict, verdictWords, guess });
  if (n === 0) return fail('no better than guessing', 'There is no text to judge by.');
  if (isConstant && n > 1) {
    const names = first.map((label) => classes[label] ?? '');
    return fail(
      'one class for everything',
      `One class for everything: all ${n} texts are predicted as ${names.length > 0 ? brief(names) : 'having no class at all'}.`,
    );
  }
  const macro = averaged(counts.map(precisionRecall), (i) => ((counts[i]?.support ?? 0) > 0 ? 1 : 0)).f1;
  const figures = `micro F1 ${micro.toFixed(3)}, and the best answer that is the same for every text has ${guess.toFixed(3)}`;
  const beatsConstant = micro > constant.micro || macro > constant.macro;
  return beatsConstant && deviations(counts, n) > DEVIATIONS
    ? { verdict: 'good', verdictWords: `Better than guessing: ${figures}.`, guess }
    : fail('no better than guessing', `No better than guessing: ${figures}.`);
}

/** The best micro F1 of one set of classes for every text, and the best macro F1: of all classes for every text. */
function bestConstant(counts: readonly ClassCounts[], n: number): { micro: number; macro: number } {
  const supports = counts.map(({ support }) => support).filter((support) => support > 0);
  const all = supports.reduce((sum, support) => sum + support, 0);
  let right = 0;
  let micro = 0;
  supports
    .sort((a, b) => b - a)
    .forEach((support, i) => {
      right += support;
      micro = Math.max(micro, (2 * right) / ((i + 1) * n + all));
    });
  const macro = supports.reduce((sum, s) => sum + (2 * s) / (n + s), 0) / supports.length;
  return { micro, macro };
}

/**
 * By how many standard deviations more classes are found than by chance: each class's predictions drawn from all texts
 * without looking at them (hypergeometric).
 */
function deviations(counts: readonly ClassCounts[], n: number): number {
  let [excess, variance] = [0, 0];
  for (const { right, predicted, support } of counts) {
    const rate = support / n;
    excess += right - predicted * rate;
    variance += predicted * rate * (1 - rate) * ((n - predicted) / Math.max(1, n - 1));
  }
  return variance > 0 ? excess / Math.sqrt(variance) : 0;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
