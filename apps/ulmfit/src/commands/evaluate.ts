import { evaluateModels, type EvaluateModelsOptions } from '@ulmfit/pipeline';
import { interruptible } from '../interruptible.js';
import { judgementLines } from '../print-judgement.js';
import { taskOf, type DataFlags } from '../task-of.js';
import { reporter } from '../reporter.js';
import { printLines } from '../standard-output.js';
import { startEngine, type EngineFlags } from '../start-engine.js';
import { tokenizerThreads } from '../tokenizer-threads.js';
import { verdictWarnings } from '../verdict-warnings.js';
import type { Flags } from '../flags.js';

type EvaluateFlags = EngineFlags & DataFlags & Pick<Flags, 'model' | 'ensemble' | 'tokenCache' | 'json'>;

/** `ulmfit evaluate` */
export async function evaluate(flags: EvaluateFlags): Promise<void> {
  const { model, ensemble = [], tokenCache, threads, json } = flags;
  const report = reporter();
  await startEngine(flags);
  try {
    const left = 'there is no score yet. Give the same command again to start over.';
    const evaluation = await interruptible(left, async (signal) =>
      evaluateModels({
        models: [model, ...ensemble],
        ...(await scoredTexts(flags, { signal, say: (line) => report.say(`ulmfit: ${line}`) })),
        workers: tokenizerThreads(threads),
        tokenCache,
        signal,
        onEvent: report.onEvent,
      }),
    );
    report.end();
    await printLines(json ? [JSON.stringify(evaluation, null, 2)] : judgementLines(evaluation));
    verdictWarnings(evaluation).forEach(report.say);
  } finally {
    report.end();
  }
}

/** The test texts where the data names some, or else all of it. */
async function scoredTexts(
  flags: DataFlags,
  options: Parameters<typeof taskOf>[1],
): Promise<Pick<EvaluateModelsOptions, 'task' | 'split'>> {
  const task = await taskOf({ ...flags, validShare: flags.validShare ?? 0 }, options);
  const { test, valid } = task.counts;
  return { task, split: test > 0 ? 'test' : valid > 0 ? 'valid' : 'train' };
}
