import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '@ulmfit/files';
import { readRun, runFiles } from '@ulmfit/pipeline';
import { runReport } from './report/run-report.js';

/**
 * Writes `report.html` into a run's folder, finished or under way.
 * @returns its path
 * @throws UlmfitError `NO_RUN` and the others of `readRun`, `FILE_ERROR`
 */
export function writeReport(folder: string): string {
  const run = readRun(folder);
  const finished = join(folder, runFiles.result);
  const page = runReport(run, { date: existsSync(finished) ? statSync(finished).mtime : undefined });
  const path = join(folder, runFiles.report);
  writeAtomically(path, page);
  return path;
}
