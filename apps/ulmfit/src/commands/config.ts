import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '@ulmfit/files';
import { planTraining, type PresetName } from '@ulmfit/pipeline';
import type { ClassificationTask } from '@ulmfit/text';
import type { SettingSource } from '../config/apply-config.js';
import type { LoadedConfig } from '../config/load-config.js';
import { choosePreset, isOwnTask, recipeSteps, type RecipeStep } from '../config/resolve-recipe.js';
import { resolveTask } from '../config/resolve-task.js';
import type { Flags } from '../flags.js';
import { oneLine } from '../one-line.js';
import { printLines } from '../standard-output.js';
import { startEngine, type EngineFlags } from '../start-engine.js';
import { isImdb } from '../task-of.js';
import { jsonText } from '../terminal-text.js';

type ConfigFlags = Omit<Partial<Flags>, 'data'> & Pick<Flags, 'data' | 'splitSeed'> & EngineFlags;

/** `ulmfit config`: prints what is resolved, and where it is from, as JSON. Nothing is downloaded. */
export async function config(
  flags: ConfigFlags,
  loaded: LoadedConfig | undefined,
  sources: Readonly<Record<string, SettingSource>>,
): Promise<void> {
  const { recipe: _, data, ...others } = flags;
  const hasTask = loaded?.extras.task !== undefined;
  const task = hasTask || flags.preset === undefined ? await readableTask(flags, loaded) : undefined;
  const preset: PresetName = task || flags.preset ? await choosePreset(flags, task) : UNREAD;
  const isOwn = task ? isOwnTask(task) : !isImdb(data);
  const steps = recipeSteps(flags, loaded, { preset, isOwn });
  const recipe = steps.at(-1)?.recipe;
  const { architecture, plugins, optimizer } = loaded?.extras ?? {};
  if (architecture ?? plugins ?? optimizer) await startEngine(flags);
  const settings = { ...(hasTask ? {} : { data }), ...others, preset };
  const from: Record<string, string> = { ...(hasTask && { task: 'file' }), ...sources };
  if (hasTask) delete from['data'];
  if (flags.preset === undefined) from['preset'] = task ? 'amount of text' : 'default';
  const resolved = {
    file: loaded?.path ?? null,
    settings,
    task: task ? { name: task.name, classes: task.classes, counts: task.counts } : null,
    ...(architecture && { architecture: { name: architecture.name, sizes: architecture.sizes } }),
    ...(recipe && planTraining(recipe, { architecture, plugins, optimizer })),
    recipe,
    from: { ...from, ...recipeSources(steps, from) },
  };
  await printLines([jsonText(resolved, 2)]);
}

/** The preset where the data can't be read. */
const UNREAD = 'small';

/** What there is to learn, if it is here: settings are to be seen without the data too. */
async function readableTask(
  flags: ConfigFlags,
  loaded: LoadedConfig | undefined,
): Promise<ClassificationTask | undefined> {
  const say = (line: string) => void process.stderr.write(`ulmfit: ${oneLine(line)}\n`);
  const isTask = loaded?.extras.task !== undefined;
  if (!isTask && flags.data === 'imdb' && !existsSync(join(cacheDirectory(), 'aclImdb_v1.tar.gz'))) {
    say(`the reviews are not downloaded yet, so the preset is shown as ${UNREAD}`);
    return undefined;
  }
  try {
    return await resolveTask(flags, loaded, { say });
  } catch (error) {
    if (isTask || !(error instanceof Error && error.name === 'UlmfitError')) throw error;
    if ('code' in error && error.code === 'BAD_OPTION') throw error;
    say(`${error.message}; the preset is shown as ${UNREAD}`);
    return undefined;
  }
}

/** Where each setting of the recipe is from that is not the preset's, by its path. */
function recipeSources(
  steps: readonly RecipeStep[],
  from: Readonly<Record<string, string>>,
): Record<string, string> {
  const sources: Record<string, string> = {};
  steps.forEach(({ by, recipe }, i) => {
    const before = steps[i - 1]?.recipe;
    if (!before) return;
    for (const path of differences(before, recipe, 'recipe'))
      sources[path] = from[by] ?? (by === 'recipe' ? 'file' : by);
  });
  return sources;
}

/** The paths at which two recipes differ. */
function differences(a: unknown, b: unknown, path: string): string[] {
  if (!isObject(a) || !isObject(b)) return JSON.stringify(a) === JSON.stringify(b) ? [] : [path];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differences(a[key], b[key], `${path}.${key}`),
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
