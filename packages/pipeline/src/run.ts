import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { spikeWarning, type TrainingPlugin } from '@ulmfit/trainer';
import { checkSettings } from './check-settings.js';
import { openRun } from './open-run.js';
import { requirePretraining } from './require-pretraining.js';
import type { RunEngine } from './run-engine.js';
import { runFiles } from './run-files.js';
import type { RunResult } from './run-result.js';
import type { RunSettings } from './run-settings.js';
import { RunStages } from './run-stages.js';
import type { StageEvent } from './stage-context.js';
import type { StageName } from './stage-name.js';
import { userTokenCache } from './user-token-cache.js';

export interface RunOptions {
  readonly settings: RunSettings;
  /** Where everything is kept. */
  readonly folder: string;
  /** The stages to run, each from what the ones before it left. */
  readonly stages: readonly StageName[];
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
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const {
    settings,
    folder,
    stages,
    engine,
    saveEvery,
    workers,
    tokenCache,
    plugins = [],
    signal,
    onEvent,
  } = options;
  const onWarning = (message: string) => onEvent?.({ type: 'warning', message });
  // What an earlier version began goes on.
  if (!existsSync(join(folder, runFiles.config))) checkSettings(settings);
  if (settings.corpus !== undefined) requirePretraining(settings.recipe, 'corpus');
  if (settings.corpusWords !== undefined) requirePretraining(settings.recipe, 'corpusWords');
  // In a longer run the stage is passed over; by itself it was asked for.
  if (stages.at(-1) === 'pretrain') requirePretraining(settings.recipe, 'pretrain');
  const opened = openRun(folder, settings, engine);
  const work = new RunStages(opened, settings, {
    signal,
    saveEvery,
    plugins: [...plugins, ...(options.warnOfSpikes ? [spikeWarning({ onWarning })] : [])],
    workers,
    cache: userTokenCache(tokenCache, onEvent),
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
