import { summarizeTask } from '@ulmfit/text';
import type { Flags } from '../flags.js';
import { interruptible } from '../interruptible.js';
import { summaryLines } from '../print-summary.js';
import { reporter } from '../reporter.js';
import { printLines } from '../standard-output.js';
import { jsonText } from '../terminal-text.js';
import { taskOf, type DataFlags } from '../task-of.js';

/** `ulmfit inspect DATA` */
export async function inspect(
  [data = '']: readonly string[],
  flags: Omit<DataFlags, 'data'> & Pick<Flags, 'json'>,
): Promise<void> {
  const report = reporter();
  const left = 'nothing was written. Give the same command again to start over.';
  const summary = await interruptible(left, async (signal) =>
    summarizeTask(await taskOf({ ...flags, data }, { signal, say: report.say }), { signal }),
  );
  await printLines(flags.json ? [jsonText(summary, 2)] : summaryLines(summary));
}
