import { evaluateModels } from '@ulmfit/pipeline';
import { interruptible } from '../interruptible.js';
import { judgementLines } from '../print-judgement.js';
import { taskOf } from '../task-of.js';
import { reporter } from '../reporter.js';
import { printLines } from '../standard-output.js';
import { startEngine, type EngineFlags } from '../start-engine.js';
import { tokenizerThreads } from '../tokenizer-threads.js';
import { verdictWarnings } from '../verdict-warnings.js';
import type { Flags } from '../flags.js';

type EvaluateFlags = EngineFlags &
  Pick<Flags, 'model' | 'ensemble' | 'data' | 'testReviews' | 'splitSeed' | 'tokenCache' | 'json'>;

/** `ulmfit evaluate` */
export async function evaluate(flags: EvaluateFlags): Promise<void> {
  const { model, ensemble = [], data, testReviews, splitSeed, tokenCache, threads, json } = flags;
  const report = reporter();
  await startEngine(flags);
  try {
    const left = 'there is no score yet. Give the same command again to start over.';
    const evaluation = await interruptible(left, async (signal) =>
      evaluateModels({
        models: [model, ...ensemble],
        task: await taskOf({ data, testReviews, splitSeed, validShare: 0 }, signal),
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
