import { evaluateModels } from '@ulmfit/pipeline';
import { EXPLAINED_MISTAKES, mistakeLines } from '../explain/mistake-lines.js';
import { showsColours } from '../explain/terminal-colours.js';
import { interruptible } from '../interruptible.js';
import { judgementLines } from '../print-judgement.js';
import { architecturesOf, type LoadedConfig } from '../config/load-config.js';
import { resolveTask } from '../config/resolve-task.js';
import type { DataFlags } from '../task-of.js';
import { reporter } from '../reporter.js';
import { scoredTexts } from '../scored-texts.js';
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
          architectures: architecturesOf(config),
          workers: tokenizerThreads(threads),
          tokenCache,
          explainMistakes: EXPLAINED_MISTAKES,
          signal,
          onEvent: report.onEvent,
        }),
      report.say,
    );
    report.end();
    await printLines(
      json
        ? [jsonText(evaluation, 2)]
        : [
            ...judgementLines(evaluation),
            ...mistakeLines(evaluation.mistakes, showsColours(process.stdout, process.env)),
          ],
    );
    verdictWarnings(evaluation).forEach(report.say);
  } finally {
    report.end();
  }
}
