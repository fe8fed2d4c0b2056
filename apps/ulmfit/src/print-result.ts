import type { Evaluation, RunResult } from '@ulmfit/pipeline';
import { percent } from './percent.js';

/** One classifier's score, in lines. */
export function evaluationLines(
  { documents, accuracy, loss, confusion }: Evaluation,
  labels: readonly string[],
): string[] {
  return [
    `accuracy ${percent(accuracy)} on ${documents} test reviews (loss ${loss.toFixed(4)})`,
    ...confusion.map(
      (row, i) => `  ${labels[i] ?? i}: ${row.map((n, j) => `${n} as ${labels[j] ?? j}`).join(', ')}`,
    ),
  ];
}

/** Each stage's result and the run's folder, in lines. */
export function resultLines(result: RunResult, folder: string): string[] {
  const lines: string[] = [];
  for (const stage of ['pretrain', 'finetune'] as const) {
    const figures = result[stage];
    if (!figures) continue;
    const { perplexity, accuracy, tokens, vocabulary, seconds } = figures;
    lines.push(
      `${stage}: perplexity ${perplexity.toFixed(2)}, accuracy ${percent(accuracy)} ` +
        `(${tokens} tokens, ${vocabulary} words, ${seconds} s)`,
    );
  }
  if (result.classify) lines.push(`classify: trained in ${result.classify.seconds} s`);
  if (result.evaluate) {
    const [first, ...rest] = evaluationLines(result.evaluate, ['neg', 'pos']);
    lines.push(`evaluate: ${first}`, ...rest);
  }
  lines.push(`run: ${folder}`);
  return lines;
}
