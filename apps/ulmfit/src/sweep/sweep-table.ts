import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chosenJudgement, readRun, runFiles } from '@ulmfit/pipeline';
import { mainFigure } from '../evaluation-figures.js';
import type { SweptRun } from './sweep.js';

/** The score of a run; undefined before it has one. */
export function scoreOf({ folder }: SweptRun): { figure: number; macroF1: number } | undefined {
  if (!existsSync(join(folder, runFiles.config))) return undefined;
  const { evaluate } = readRun(folder).result;
  if (!evaluate) return undefined;
  const judgement = chosenJudgement(evaluate);
  return { figure: mainFigure(judgement.multiLabel).of(judgement), macroF1: judgement.macro.f1 };
}

/** A row for each setting, over its seeds: how many runs, the mean and the deviation of the main figure, the mean macro-F1. */
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
  const cells = [...rows].map(([name, of]) => {
    const scores = of.flatMap((run) => scoreOf(run) ?? []);
    const done = `${scores.length} of ${of.length}`;
    if (scores.length === 0) return [name, done, '', '', ''];
    const figures = scores.map(({ figure }) => figure);
    const spread = figures.length < 2 ? '' : percent(deviation(figures));
    return [name, done, percent(mean(figures)), spread, mean(scores.map((s) => s.macroF1)).toFixed(3)];
  });
  const table = [['setting', 'runs', 'accuracy', '±', 'macro-F1'], ...cells];
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
