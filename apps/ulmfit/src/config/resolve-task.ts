import type { ClassificationTask } from '@ulmfit/text';
import { refuseBesideTask, taskOf, type DataFlags, type TaskOfOptions } from '../task-of.js';
import { configTask } from './config-task.js';
import type { LoadedConfig } from './load-config.js';

interface ResolveTaskOptions extends TaskOfOptions {
  /** What stands for `--valid-share` where that is not given. */
  readonly validShare?: number | undefined;
}

/**
 * What there is to learn: the task of the settings file, or what the flags name.
 * @returns undefined where neither says anything, as in a run that only pretrains
 * @throws UlmfitError `BAD_OPTION` for a flag that is never read, or what is wrong with the task or the data
 */
export async function resolveTask(
  flags: DataFlags,
  config: LoadedConfig | undefined,
  options?: ResolveTaskOptions,
): Promise<ClassificationTask>;
export async function resolveTask(
  flags: Partial<DataFlags>,
  config: LoadedConfig | undefined,
  options?: ResolveTaskOptions,
): Promise<ClassificationTask | undefined>;
export async function resolveTask(
  flags: Partial<DataFlags>,
  config: LoadedConfig | undefined,
  options: ResolveTaskOptions = {},
): Promise<ClassificationTask | undefined> {
  const source = config?.extras.task;
  if (config && source !== undefined) {
    refuseBesideTask(flags, config.path);
    return configTask(source, config.path);
  }
  const { data, splitSeed = 1, validShare = options.validShare } = flags;
  return data === undefined ? undefined : taskOf({ ...flags, data, splitSeed, validShare }, options);
}
