import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { awdLstm } from '@ulmfit/awd-lstm';
import { readMetrics } from '@ulmfit/checkpoint';
import { UlmfitError } from '@ulmfit/errors';
import type { TaskSetting } from '@ulmfit/text';
import type { Json } from '@ulmfit/trainer';
import { z } from 'zod';
import { readJson } from './read-json.js';
import { recipeShape } from '../recipe/recipe.js';
import { readRunEngine, type RunEngine } from './run-engine.js';
import { runFiles } from './run-files.js';
import { fromLine, type RunMetrics } from './run-metrics.js';
import { readRunResult, type RunResult } from './run-result.js';
import type { RunSettings } from './run-settings.js';
import { readRunTask, type RunTask } from './run-task.js';
import { trainedStages } from './stage-name.js';
import { upgradeSettings } from './upgrade-settings.js';

/** What a model's encoder is, its sizes, and the rows of its vocabulary. */
export interface ModelSizes {
  readonly architecture: string;
  /** Such as `embedding`, `hidden` and `layers` of AWD-LSTM. */
  readonly sizes: Readonly<Record<string, Json>>;
  readonly vocabulary: number;
}

/** What a run's folder tells of it, finished or under way. */
export interface RunRecord {
  readonly path: string;
  readonly settings: RunSettings;
  /** What there is to learn; undefined in a run without a task, or of an earlier version. */
  readonly task: RunTask | undefined;
  /** What computes; undefined where the caller of {@link run} did not tell. */
  readonly engine: RunEngine | undefined;
  /** Those of the newest model in the folder; undefined before there is one. */
  readonly model: ModelSizes | undefined;
  /** The figures of the finished stages. */
  readonly result: RunResult;
  /** Every step and epoch, in the order in which they were made. */
  readonly metrics: readonly RunMetrics[];
}

const optionalPath = z.string().optional();

const setting: z.ZodType<TaskSetting> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(setting)]),
);
const pluginSettings = z.union([z.string(), z.object({ name: z.string(), settings: z.json() })]);
const taskSettings = z.record(z.string(), setting).nullable();

// What a later version adds is kept; what an earlier one kept is read as this one has it.
const settingsSchema: z.ZodType<RunSettings> = z.preprocess(
  (kept) => upgradeSettings(kept as Json),
  z.looseObject({
    ...{ task: taskSettings, corpus: taskSettings },
    ...{ pretrained: optionalPath, encoder: optionalPath },
    architecture: z.object({ name: z.string(), sizes: z.record(z.string(), z.json()) }).optional(),
    seed: z.number(),
    ...{ backwards: z.boolean(), transfer: z.boolean(), linear: z.boolean() },
    recipe: recipeShape,
    plugins: z.partialRecord(z.enum(trainedStages), z.array(pluginSettings)),
    optimizer: z.partialRecord(
      z.enum(trainedStages),
      z.object({ name: z.string(), defaults: z.record(z.string(), z.number()) }),
    ),
  }),
);

/**
 * Reads a run's folder without changing it, even while another process writes it.
 * @throws UlmfitError `NO_RUN` where there is none, `BAD_RUN_CONFIG`, `BAD_RUN_TASK`, `BAD_RUN_ENGINE`, `BAD_RUN_RESULT`,
 *   `BAD_METRICS`, `BAD_BUNDLE`, `FILE_ERROR`
 * @example
 * const { settings, result } = readRun('runs/mine');
 * console.log(settings.seed, result.evaluate?.judgements.neural.accuracy);
 */
export function readRun(path: string): RunRecord {
  const configPath = join(path, runFiles.config);
  if (!existsSync(configPath)) {
    throw new UlmfitError(
      'NO_RUN',
      `${path}: not a run’s folder (no ${runFiles.config}); give one that a run wrote`,
    );
  }
  const taskPath = join(path, runFiles.task);
  const enginePath = join(path, runFiles.engine);
  return {
    path,
    settings: readJson(
      configPath,
      settingsSchema,
      (what) => new UlmfitError('BAD_RUN_CONFIG', `${configPath} is ${what}; mend it, or give another run`),
    ),
    task: existsSync(taskPath) ? readRunTask(taskPath) : undefined,
    engine: existsSync(enginePath) ? readRunEngine(enginePath) : undefined,
    model: readSizes(path),
    result: readRunResult(join(path, runFiles.result)),
    metrics: readMetrics(join(path, runFiles.metrics)).flatMap((line) => fromLine(line) ?? []),
  };
}

const size = z.number().int().positive();
const AWD_LSTM = awdLstm().name;
const sizesSchema = z.object({
  // Bundles of the first version say nothing of it.
  architecture: z.string().default(AWD_LSTM),
  // And have the sizes among the settings of their model.
  config: z.preprocess(
    (config) =>
      typeof config === 'object' && config !== null && 'encoder' in config ? config.encoder : config,
    z.object({ vocabulary: size }).catchall(z.json()),
  ),
});

function readSizes(path: string): ModelSizes | undefined {
  const bundle = ['model', 'finetune', 'pretrain']
    .map((model) => join(path, model, 'bundle.json'))
    .find((description) => existsSync(description));
  if (bundle === undefined) return undefined;
  const bad = (what: string) =>
    new UlmfitError('BAD_BUNDLE', `${bundle} is ${what}; train or copy the model again`);
  const { architecture, config } = readJson(bundle, sizesSchema, bad);
  const { vocabulary, ...others } = config;
  if (architecture !== AWD_LSTM) return { architecture, sizes: others, vocabulary };
  const { embedding = null, hidden = null, layers = null } = others;
  return { architecture, sizes: { embedding, hidden, layers }, vocabulary };
}
