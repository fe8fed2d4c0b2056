import type { RunResult } from '@ulmfit/pipeline';
import { duration } from './duration.js';
import { keptEpochText } from './kept-epoch.js';
import { percent } from './percent.js';
import { judgementLines } from './print-judgement.js';
import { runSeconds } from './run-seconds.js';
import { wrapText } from './wrap-text.js';

const SCREEN = 80;

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
  return [
    ...lines.flatMap((line) => wrapText(line, SCREEN)),
    ...(result.evaluate ? ['', ...judgementLines(result.evaluate), ''] : []),
    `time: ${duration(runSeconds(result))}`,
    // A path stays whole, for who copies it.
    `run: ${folder}`,
  ];
}
