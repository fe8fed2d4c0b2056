import type { LoadedConfig } from '../config/load-config.js';
import type { engineFlags, Flags, recipeFlags } from '../flags.js';
import { interruptible } from '../interruptible.js';
import { lookAtTask, type Look } from '../look-at-task.js';
import { summaryLines } from '../print-summary.js';
import { reporter } from '../reporter.js';
import { printLines } from '../standard-output.js';
import { startEngine } from '../start-engine.js';
import type { DataFlags } from '../task-of.js';
import { jsonText } from '../terminal-text.js';
import { tokenizerThreads } from '../tokenizer-threads.js';
import { planOf, stagesOf } from './run.js';

type InspectFlags = Omit<DataFlags, 'data'> &
  Pick<Flags, (typeof recipeFlags)[number] | (typeof engineFlags)[number]> &
  Pick<Flags, 'corpus' | 'corpusWords' | 'pretrained' | 'transfer' | 'linear' | 'json'>;

/** `ulmfit inspect DATA` */
export async function inspect(
  [data = '']: readonly string[],
  flags: InspectFlags,
  config: LoadedConfig | undefined,
): Promise<void> {
  const report = reporter();
  const { corpus: corpusPath, corpusWords, transfer, threads } = flags;
  const stages = stagesOf(flags);
  await startEngine(flags);
  const left = 'nothing was written. Give the same command again to start over.';
  const look = await interruptible(left, async (signal) => {
    const { say } = report;
    const plan = await planOf({ ...flags, data }, config, stages, { say, signal });
    const { task, preset, recipe, corpus, pretrained: from } = plan;
    const architecture = config?.extras.architecture;
    const options = { recipe, architecture, stages, corpus, corpusPath, corpusWords, from, transfer, signal };
    const found = task && (await lookAtTask(task, { ...options, workers: tokenizerThreads(threads) }));
    return found && { ...found, preset };
  });
  if (look) await printLines(flags.json ? [jsonText(jsonOf(look), 2)] : summaryLines(look));
}

const jsonOf = ({ summary, survey: { tokens, vocabulary, unknown }, estimate, preset }: Look) => ({
  ...summary,
  ...{ tokens, vocabulary, unknown },
  ...(estimate && { run: { preset, seconds: estimate.seconds, stages: estimate.stages } }),
});
