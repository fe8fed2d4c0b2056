import { UlmfitError } from '@ulmfit/errors';
import type { ClassificationTask } from '@ulmfit/text';
import { z } from 'zod';

/** What a settings file may give for a task: one, a promise of one, or a function that makes one when it is needed. */
export type TaskSource =
  ClassificationTask | Promise<ClassificationTask> | (() => ClassificationTask | Promise<ClassificationTask>);

const count = z.int('must be a count').nonnegative('must be a count');
const method = z.custom((value) => typeof value === 'function', 'must be a function');
const text = z.string('must be a text').min(1, 'must not be empty');

const shape = z.looseObject(
  {
    name: text,
    classes: z.array(text, 'must be a list of names').min(2, 'must be two or more'),
    multiLabel: z.boolean('must be true or false'),
    settings: z.looseObject({}, 'must be an object'),
    fingerprint: text,
    counts: z.object({ train: count, valid: count, test: count }, 'must be counts by set'),
    ...{ labelled: method, languageModelTexts: method },
  },
  'must be a task, a promise of one, or a function that makes one',
);

/**
 * The task that a settings file gives. Its function is called here, not before.
 * @param path the file, for the message
 * @throws UlmfitError `BAD_CONFIG_FILE` for what is no task, or what making it throws
 */
export async function configTask(source: TaskSource, path: string): Promise<ClassificationTask> {
  const task = await (typeof source === 'function' ? source() : source);
  const [issue] = shape.safeParse(task).error?.issues ?? [];
  if (!issue) return task;
  const where = ['task', ...issue.path.map(String)].join('.');
  throw new UlmfitError(
    'BAD_CONFIG_FILE',
    `${path}: ${where}: ${issue.message}; it must be a ClassificationTask of @ulmfit/text`,
  );
}
