import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chosenJudgement, readRun, runFiles } from '@ulmfit/pipeline';
import { mainFigure } from '../evaluation-figures.js';
import type { SweptRun } from './sweep.js';

/** What a run came to: a classifier's accuracy and macro-F1, or a language model's perplexity and share of words guessed. */
export type Score = readonly [main: number, second: number];

const isLanguageModel = ({ args }: SweptRun): boolean => args[0] === 'pretrain' || args[0] === 'finetune';

/** The score of a run; undefined before it has one. */
export function scoreOf(run: SweptRun): Score | undefined {
  if (!existsSync(join(run.folder, runFiles.config))) return undefined;
  const { evaluate, pretrain, finetune } = readRun(run.folder).result;
  if (isLanguageModel(run)) {
    const score = run.args[0] === 'pretrain' ? pretrain : finetune;
    return score && [score.perplexity, score.accuracy];
  }
  if (!evaluate) return undefined;
  const judgement = chosenJudgement(evaluate);
  return [mainFigure(judgement.multiLabel).of(judgement), judgement.macro.f1];
}

/** A row for each setting, over its seeds: how many runs, the mean and the deviation of the main figure, the mean of the second. */
export function sweepLines(runs: readonly SweptRun[]): string[] {
  const rows = new Map<string, SweptRun[]>();
  for (const run of runs) {
    const { seed: _, ...others } = run.settings;
    const name =
      Object.entries(others)
        .map(([flag, given]) => `${flag} ${given}`)
        .join(', ') || 'all';
    rows.set(name, [...(rows.get(name) ?? []), run]);
  }
  const isOfWords = runs.some(isLanguageModel);
  const main = isOfWords ? (figure: number) => figure.toFixed(2) : percent;
  const second = isOfWords ? percent : (figure: number) => figure.toFixed(3);
  const cells = [...rows].map(([name, of]) => {
    const scores = of.flatMap((run) => {
      const score = scoreOf(run);
      return score ? [score] : [];
    });
    const done = `${scores.length} of ${of.length}`;
    if (scores.length === 0) return [name, done, '', '', ''];
    const figures = scores.map(([figure]) => figure);
    const spread = figures.length < 2 ? '' : main(deviation(figures));
    return [name, done, main(mean(figures)), spread, second(mean(scores.map(([, figure]) => figure)))];
  });
  const titles = isOfWords ? ['perplexity', '±', 'words guessed'] : ['accuracy', '±', 'macro-F1'];
  const table = [['setting', 'runs', ...titles], ...cells];
  const widths = (table[0] ?? []).map((_, i) => Math.max(...table.map((row) => row[i]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Of the sample. */
function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (values.length - 1));
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
