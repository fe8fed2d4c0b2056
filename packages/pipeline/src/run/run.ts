import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClassificationTask, TextSource } from '@ulmfit/text';
import { spikeWarning, type TrainingPlugin } from '@ulmfit/trainer';
import { checkSettings } from './check-settings.js';
import { openRun } from './open-run.js';
import type { Recipe } from '../recipe/recipe.js';
import { recipeTokenizer } from '../recipe/recipe-tokenizer.js';
import { requirePretraining } from '../recipe/require-pretraining.js';
import type { RunEngine } from './run-engine.js';
import { runFiles } from './run-files.js';
import type { RunResult } from './run-result.js';
import type { RunSettings } from './run-settings.js';
import { RunStages } from './run-stages.js';
import type { StageEvent } from '../stage-context.js';
import type { StageName } from './stage-name.js';
import { userTokenCache } from '../tokens/user-token-cache.js';

export interface RunOptions {
  /** Where everything is kept. */
  readonly folder: string;
  /** What there is to learn: `fileTask` of `@ulmfit/data-files`, `imdbTask` of `@ulmfit/data-imdb`, or one of your own. */
  readonly task?: ClassificationTask | undefined;
  /** All settings of the stages: one of `presets`, or yours by `adjustRecipe`. */
  readonly recipe: Recipe;
  /** The stages to run, each from what the ones before it left. Default: all. */
  readonly stages?: readonly StageName[] | undefined;
  /** General text to pretrain on. Without it and without `pretrained` there is no pretraining. */
  readonly corpus?: TextSource | undefined;
  /** A language model to start from instead of pretraining: a bundle's folder, or a fastai `.pth`. */
  readonly pretrained?: string | undefined;
  /** A run or bundle whose fine-tuned language model the classifier starts from. */
  readonly encoder?: string | undefined;
  /** Whether every text is read from its end. Default false. */
  readonly backwards?: boolean | undefined;
  /** Whether the classifier starts from the fine-tuned language model. Default true. */
  readonly transfer?: boolean | undefined;
  /**
   * Whether the plain linear baseline (TF-IDF with logistic regression) is trained too, seconds' work, and blended with the
   * neural model by a weight that the validation texts choose. Default true.
   */
  readonly linear?: boolean | undefined;
  /** The one source of all randomness; an integer from 0 to 2^32 - 1. Default 1. */
  readonly seed?: number | undefined;
  /** What computes, as `useBackend` tells it: kept with the run, which is not resumed on another one. */
  readonly engine?: RunEngine | undefined;
  /** Seconds between checkpoints within an epoch; each epoch's end is saved anyway. Default 300. */
  readonly saveEvery?: number | undefined;
  /** Threads that tokenize; default one a core, 8 at most. The result is the same with any number. */
  readonly workers?: number | undefined;
  /** Whether tokens are kept in the user's cache folder for the next time. Default true, unless `ULMFIT_TOKEN_CACHE` is 0. */
  readonly tokenCache?: boolean | undefined;
  /**
   * Plugins of every fit, beside the recipe's; they use no taps. A run that is resumed is to be given the same ones: they are
   * not kept with the settings, and one with a state can be neither added nor left out then.
   */
  readonly plugins?: readonly TrainingPlugin[] | undefined;
  /** Whether to warn of a loss or a gradient that is suddenly far larger than before. Default false. */
  readonly warnOfSpikes?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: StageEvent) => void) | undefined;
}

/**
 * Runs stages of ULMFiT in a folder. What a stage leaves there is used by the next, and by a later call with the same
 * settings: finished stages are not run again, an interrupted one goes on from its last checkpoint.
 * @throws Interrupted when the signal was aborted; UlmfitError for what the user can mend
 * @example
 * const task = await imdbTask({ data: 'aclImdb_v1.tar.gz' });
 * const result = await run({ folder: 'runs/imdb', task, recipe: presets['best-on-cpu'] });
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { folder, task, corpus, stages = allStages, engine, plugins = [], signal, onEvent } = options;
  const settings = settingsOf(options);
  const onWarning = (message: string) => onEvent?.({ type: 'warning', message });
  // What an earlier version began goes on.
  if (!existsSync(join(folder, runFiles.config))) checkSettings(settings);
  if (corpus) requirePretraining(settings.recipe, 'corpus');
  // In a longer run the stage is passed over; by itself it was asked for.
  if (stages.at(-1) === 'pretrain') requirePretraining(settings.recipe, 'pretrain');
  const tokenizer = await recipeTokenizer(settings.recipe.tokenizer);
  const opened = openRun(folder, settings, { engine, task });
  const work = new RunStages(opened, settings, {
    task,
    corpus,
    tokenizer,
    signal,
    saveEvery: options.saveEvery,
    plugins: [...plugins, ...(options.warnOfSpikes ? [spikeWarning({ onWarning })] : [])],
    workers: options.workers,
    cache: userTokenCache(options.tokenCache, onEvent),
    onEvent: (event) => {
      opened.log(event);
      onEvent?.(event);
    },
  });
  try {
    opened.warnings.forEach(onWarning);
    await work.check(stages);
    for (const stage of stages) await work[stage]();
    return opened.result;
  } finally {
    work.dispose();
    opened.close();
  }
}

const allStages: readonly StageName[] = ['linear', 'pretrain', 'finetune', 'classify', 'evaluate'];

function settingsOf({
  task,
  corpus,
  recipe,
  pretrained,
  encoder,
  backwards = false,
  transfer = true,
  linear = true,
  seed = 1,
}: RunOptions): RunSettings {
  return {
    task: task?.settings ?? null,
    corpus: corpus?.settings ?? null,
    pretrained,
    encoder,
    backwards,
    transfer,
    linear,
    seed,
    recipe,
  };
}
