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
  const page = runReport(readRun(folder));
  const path = join(folder, runFiles.report);
  writeAtomically(path, page);
  return path;
}
