import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyEncoder, Architecture, AwdLstmEncoder } from '@ulmfit/awd-lstm';
import type { ClassificationTask, TextSource } from '@ulmfit/text';
import { spikeWarning, type OptimizerFactory, type TrainingPlugin } from '@ulmfit/trainer';
import { checkSettings } from './check-settings.js';
import { openRun } from './open-run.js';
import { optimizerByStage, type OptimizerByStage } from './optimizer-by-stage.js';
import {
  ofAnyEncoder,
  pluginsByStage,
  requireOwnState,
  type MadePlugins,
  type PluginsByStage,
} from './plugins-by-stage.js';
import type { Recipe } from '../recipe/recipe.js';
import { recipeTokenizer } from '../recipe/recipe-tokenizer.js';
import { requirePretraining } from '../recipe/require-pretraining.js';
import type { RunEngine } from './run-engine.js';
import { holdCorpus } from './run-corpus.js';
import { runFiles } from './run-files.js';
import type { RunResult } from './run-result.js';
import type { RunSettings } from './run-settings.js';
import { RunStages } from './run-stages.js';
import { listener } from '../listener.js';
import type { StageEvent } from '../stage-context.js';
import { trainedStages, type StageName } from './stage-name.js';
import type { AnyStagePlugins } from '../stages/stage-plugin.js';
import { requireNoState, trainingSettings } from './training-settings.js';
import { userTokenCache } from '../tokens/user-token-cache.js';

export interface RunOptions<E extends AnyEncoder = AwdLstmEncoder> {
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
  /**
   * What the encoder is, with its sizes, in place of AWD-LSTM of the recipe's, such as `gru({ features: 128 })`. Of the recipe's
   * dropouts and activation terms it has those whose taps it has. The run keeps its name and its sizes, and is resumed with the
   * same one alone.
   */
  readonly architecture?: Architecture<E> | undefined;
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
   * Plugins beside the recipe's: a list for all stages, or by stage, `{ all: [...], classify: [...] }`. Functions in place of
   * lists make plugins for each stage, which one with a state needs. The run keeps their names, and is resumed with the same
   * ones alone.
   */
  readonly plugins?: MadePlugins<AnyStagePlugins<E>> | PluginsByStage<E> | undefined;
  /**
   * What updates the weights in place of the recipe's Adam, whose settings are then not read: for all stages, or by stage,
   * `{ pretrain: sgd() }`. The peak rates stay the recipe's.
   */
  readonly optimizer?: OptimizerFactory | OptimizerByStage | undefined;
  /** Plugins of every stage that only look on, such as `tensorBoard`: a run that is resumed may have others. They keep no state. */
  readonly observers?: readonly TrainingPlugin[] | undefined;
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
 * @example
 * await run({
 *   ...{ folder: 'runs/mine', task, recipe },
 *   optimizer: { classify: sgd({ momentum: 0.9 }) },
 *   plugins: { all: () => [reduceOnPlateau()], classify: [tokenCutoff(0.1)] },
 * });
 */
export async function run<E extends AnyEncoder = AwdLstmEncoder>(options: RunOptions<E>): Promise<RunResult> {
  const { folder, task, corpus, architecture, stages = allStages, engine, observers = [], signal } = options;
  const { onEvent, end } = listener(options.onEvent);
  const given = settingsOf(options);
  const onWarning = (message: string) => onEvent({ type: 'warning', message });
  // What an earlier version began goes on.
  if (!existsSync(join(folder, runFiles.config))) checkSettings(given);
  const plugins = ofAnyEncoder(pluginsByStage(options.plugins));
  const optimizers = optimizerByStage(options.optimizer);
  requireNoState(observers);
  requireOwnState(plugins, trainedBy(stages, given));
  const settings = {
    ...given,
    ...trainingSettings(given.recipe, { plugins, architecture, optimizers, observers }),
  };
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
    plugins,
    architecture,
    optimizers,
    observers: [...observers, ...(options.warnOfSpikes ? [spikeWarning({ onWarning })] : [])],
    workers: options.workers,
    cache: userTokenCache(options.tokenCache, onEvent),
    onEvent: (event) => {
      const damage = opened.log(event);
      if (damage !== undefined) onWarning(damage);
      onEvent(event);
    },
  });
  try {
    opened.warnings.forEach(onWarning);
    if (corpus) {
      const isRead = opened.result.pretrain !== undefined;
      await holdCorpus(opened.pathOf(runFiles.corpus), folder, corpus, { signal, isRead });
    }
    await work.check(stages);
    for (const stage of stages) await work[stage]();
    end();
    return opened.result;
  } finally {
    work.dispose();
    opened.close();
  }
}

/** Those of the stages that train one after the other. */
const trainedBy = (stages: readonly StageName[], { corpus, transfer, encoder }: RunSettings) =>
  trainedStages.filter(
    (stage) =>
      stages.includes(stage) &&
      (stage !== 'pretrain' || corpus !== null) &&
      (stage !== 'finetune' || (transfer && encoder === undefined)),
  );

const allStages: readonly StageName[] = ['linear', 'pretrain', 'finetune', 'classify', 'evaluate'];

function settingsOf({
  task,
  corpus,
  recipe,
  pretrained,
  encoder,
  architecture,
  backwards = false,
  transfer = true,
  linear = true,
  seed = 1,
}: Pick<RunOptions<AnyEncoder>, keyof RunSettings & keyof RunOptions>): RunSettings {
  return {
    task: task?.settings ?? null,
    corpus: corpus?.settings ?? null,
    pretrained,
    encoder,
    architecture: architecture && { name: architecture.name, sizes: architecture.sizes },
    backwards,
    transfer,
    linear,
    seed,
    recipe,
    ...{ plugins: {}, optimizer: {} },
  };
}
