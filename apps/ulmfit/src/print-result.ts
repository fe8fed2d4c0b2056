import type { EvaluationResult, RunResult } from '@ulmfit/pipeline';
import { percent } from './percent.js';

/** A score, in lines. */
export function evaluationLines({ split, chosen, judgements }: Omit<EvaluationResult, 'seconds'>): string[] {
  const { documents, accuracy, logLoss } = judgements[chosen] ?? judgements.neural;
  const what = split === 'test' ? 'test texts' : 'validation texts, which chose the model';
  return [`accuracy ${percent(accuracy)} on ${documents} ${what} (loss ${logLoss.toFixed(4)})`];
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
    const [first, ...rest] = evaluationLines(result.evaluate);
    lines.push(`evaluate: ${first}`, ...rest);
  }
  lines.push(`run: ${folder}`);
  return lines;
}
