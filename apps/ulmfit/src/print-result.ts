import type { RunResult } from '@ulmfit/pipeline';
import { keptEpochText } from './kept-epoch.js';
import { percent } from './percent.js';
import { judgementLines } from './print-judgement.js';

/** Each stage's result and the run's folder, in lines. */
export function resultLines(result: RunResult, folder: string): string[] {
  const lines: string[] = [];
  if (result.linear) {
    const { accuracy, macroF1, features, seconds } = result.linear;
    const score =
      accuracy === undefined || macroF1 === undefined
        ? ''
        : `accuracy ${percent(accuracy)}, macro-F1 ${macroF1.toFixed(3)} on the validation texts `;
    lines.push(`plain baseline: ${score}(${features} terms, ${seconds} s)`);
  }
  for (const stage of ['pretrain', 'finetune'] as const) {
    const figures = result[stage];
    if (!figures) continue;
    const { perplexity, accuracy, tokens, vocabulary, seconds } = figures;
    lines.push(
      `${stage}: perplexity ${perplexity.toFixed(2)}, accuracy ${percent(accuracy)} ` +
        `(${tokens} tokens, ${vocabulary} words, ${seconds} s)`,
    );
  }
  if (result.classify) {
    const { seconds, best } = result.classify;
    lines.push(`classify: trained in ${seconds} s${best ? `; ${keptEpochText(best)}` : ''}`);
  }
  if (result.evaluate) lines.push('', ...judgementLines(result.evaluate), '');
  lines.push(`run: ${folder}`);
  return lines;
}
