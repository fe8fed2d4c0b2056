import { writeAtomically } from '@ulmfit/files';
import { readRun } from '@ulmfit/pipeline';
import { compareRuns } from '../compare/compared-runs.js';
import { comparisonLines } from '../compare/comparison-lines.js';
import { comparisonPage } from '../compare/comparison-page.js';
import { printLines } from '../standard-output.js';
import { jsonText } from '../terminal-text.js';

/** `ulmfit compare RUN...` */
export async function compare(
  folders: readonly string[],
  { out, json }: { out?: string; json?: boolean },
): Promise<void> {
  const comparison = compareRuns(folders.map(readRun));
  if (out !== undefined) writeAtomically(out, comparisonPage(comparison));
  await printLines([
    ...(json ? [jsonText(comparison, 2)] : comparisonLines(comparison)),
    ...(out === undefined || json ? [] : [`page: ${out}`]),
  ]);
}
