import { evaluateModels } from '@ulmfit/pipeline';
import type { ClassificationTask, TaskSplit } from '@ulmfit/text';
import { interruptible } from '../interruptible.js';
import { judgementLines } from '../print-judgement.js';
import type { LoadedConfig } from '../config/load-config.js';
import { resolveTask } from '../config/resolve-task.js';
import type { DataFlags } from '../task-of.js';
import { reporter } from '../reporter.js';
import { printLines } from '../standard-output.js';
import { jsonText } from '../terminal-text.js';
import { startEngine, type EngineFlags } from '../start-engine.js';
import { tokenizerThreads } from '../tokenizer-threads.js';
import { verdictWarnings } from '../verdict-warnings.js';
import type { Flags } from '../flags.js';

type EvaluateFlags = EngineFlags &
  DataFlags &
  Pick<Flags, 'model' | 'ensemble' | 'tokenizer' | 'tokenCache' | 'json'>;

/** `ulmfit evaluate` */
export async function evaluate(flags: EvaluateFlags, config?: LoadedConfig): Promise<void> {
  const { model, ensemble = [], tokenizer, tokenCache, threads, json } = flags;
  const say = (line: string) => report.say(`ulmfit: ${line}`);
  const report = reporter();
  await startEngine(flags);
  try {
    const left = 'there is no score yet. Give the same command again to start over.';
    const evaluation = await interruptible(
      left,
      async (signal) =>
        evaluateModels({
          models: [model, ...ensemble],
          // The model's classes, so that a file may lack some of them.
          task: (classes) => resolveTask(flags, config, { signal, say, classes, validShare: 0 }),
          split: scoredTexts,
          tokenizer,
          workers: tokenizerThreads(threads),
          tokenCache,
          signal,
          onEvent: report.onEvent,
        }),
      report.say,
    );
    report.end();
    await printLines(json ? [jsonText(evaluation, 2)] : judgementLines(evaluation));
    verdictWarnings(evaluation).forEach(report.say);
  } finally {
    report.end();
  }
}

/** The test texts where the data names some, or else all of it. */
const scoredTexts = ({ counts: { test, valid } }: ClassificationTask): TaskSplit =>
  test > 0 ? 'test' : valid > 0 ? 'valid' : 'train';
