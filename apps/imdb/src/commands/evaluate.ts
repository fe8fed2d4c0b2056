import { evaluateModels } from '@ulmfit/pipeline';
import { interruptible } from '../interruptible.js';
import { evaluationLines } from '../print-result.js';
import { reporter } from '../reporter.js';
import { startEngine, type EngineFlags } from '../start-engine.js';
import type { Flags } from '../flags.js';

type EvaluateFlags = EngineFlags &
  Pick<Flags, 'model' | 'ensemble' | 'data' | 'testReviews' | 'splitSeed' | 'tokenCache'>;

/** `ulmfit evaluate` */
export async function evaluate(flags: EvaluateFlags): Promise<void> {
  const { model, ensemble = [], data, testReviews, splitSeed, tokenCache, threads: workers } = flags;
  const report = reporter();
  await startEngine(flags);
  try {
    const evaluation = await interruptible('the same command', (signal) =>
      evaluateModels({
        models: [model, ...ensemble],
        data,
        testReviews,
        splitSeed,
        workers,
        tokenCache,
        signal,
        onEvent: report.onEvent,
      }),
    );
    report.end();
    for (const line of evaluationLines(evaluation, ['neg', 'pos'])) console.log(line);
  } finally {
    report.end();
  }
}
