import { evaluateModels } from '@ulmfit/pipeline';
import { interruptible } from '../interruptible.js';
import { evaluationLines } from '../print-result.js';
import { reporter } from '../reporter.js';
import { printLines } from '../standard-output.js';
import { startEngine, type EngineFlags } from '../start-engine.js';
import { tokenizerThreads } from '../tokenizer-threads.js';
import type { Flags } from '../flags.js';

type EvaluateFlags = EngineFlags &
  Pick<Flags, 'model' | 'ensemble' | 'data' | 'testReviews' | 'splitSeed' | 'tokenCache'>;

/** `ulmfit evaluate` */
export async function evaluate(flags: EvaluateFlags): Promise<void> {
  const { model, ensemble = [], data, testReviews, splitSeed, tokenCache, threads } = flags;
  const report = reporter();
  await startEngine(flags);
  try {
    const evaluation = await interruptible('there is no score yet. The same command begins anew.', (signal) =>
      evaluateModels({
        models: [model, ...ensemble],
        data,
        testReviews,
        splitSeed,
        workers: tokenizerThreads(threads),
        tokenCache,
        signal,
        onEvent: report.onEvent,
      }),
    );
    report.end();
    await printLines(evaluationLines(evaluation, ['neg', 'pos']));
  } finally {
    report.end();
  }
}
