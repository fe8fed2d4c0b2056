import { existsSync } from 'node:fs';
import { writeAtomically } from '@ulmfit/files';
import { UlmfitError } from '@ulmfit/errors';
import type { ClassificationTask } from '@ulmfit/text';
import { z } from 'zod';
import { readJson } from './read-json.js';

/** What a run keeps of its task, so that it can be told and is not resumed on other data. */
export type RunTask = Pick<ClassificationTask, 'name' | 'classes' | 'multiLabel' | 'counts' | 'fingerprint'>;

const count = z.number().int().nonnegative();

const taskSchema: z.ZodType<RunTask> = z.object({
  name: z.string(),
  classes: z.array(z.string()),
  multiLabel: z.boolean(),
  counts: z.object({ train: count, valid: count, test: count }),
  fingerprint: z.string(),
});

/**
 * Holds a run to the data that it began on, which the file keeps; a run without the file begins here.
 * @throws UlmfitError `OTHER_DATA` at other data, `BAD_RUN_TASK`, `FILE_ERROR`
 */
export function holdTask(path: string, run: string, task: RunTask): void {
  const { name, classes, multiLabel, counts, fingerprint } = task;
  if (!existsSync(path)) {
    writeAtomically(path, `${JSON.stringify({ name, classes, multiLabel, counts, fingerprint }, null, 2)}\n`);
    return;
  }
  if (readRunTask(path).fingerprint === fingerprint) return;
  throw new UlmfitError(
    'OTHER_DATA',
    `${run}: began with other data than ${name} holds now; restore it, or give another folder`,
  );
}

/** @throws UlmfitError `BAD_RUN_TASK` */
export const readRunTask = (path: string): RunTask =>
  readJson(
    path,
    taskSchema,
    (what) => new UlmfitError('BAD_RUN_TASK', `${path} is ${what}; remove it to go on with the present data`),
  );
