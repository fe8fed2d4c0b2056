import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyEncoder, AwdLstmEncoder } from '@ulmfit/awd-lstm';
import { requireSlices, spikeWarning } from '@ulmfit/trainer';
import { checkSettings } from './check-settings.js';
import { openRun } from './open-run.js';
import { optimizerByStage } from './optimizer-by-stage.js';
import { ofAnyEncoder, pluginsByStage, requireOwnState } from './plugins-by-stage.js';
import { recipeTokenizer } from '../recipe/recipe-tokenizer.js';
import { requirePretraining } from '../recipe/require-pretraining.js';
import { holdCorpus } from './run-corpus.js';
import { runFiles } from './run-files.js';
import type { RunOptions } from './run-options.js';
import type { RunResult } from './run-result.js';
import type { RunSettings } from './run-settings.js';
import { requireSameRun } from './require-same-run.js';
import { RunStages } from './run-stages.js';
import { listener } from '../listener.js';
import { trainedStages, type StageName } from './stage-name.js';
import { requireNoState, trainingSettings } from './training-settings.js';
import { userTokenCache } from '../tokens/user-token-cache.js';

/**
 * Runs the stages of ULMFiT in a folder. Each stage uses what the one before left there, and so does a later call with the
 * same settings: finished stages are skipped, an interrupted one resumes from its last checkpoint.
 * @throws Interrupted when the signal was aborted; UlmfitError for what the user can mend
 * @example
 * const task = await imdbTask({ data: 'aclImdb_v1.tar.gz' });
 * const result = await run({ folder: 'runs/imdb', task, recipe: presets['best-on-cpu'] });
 * @example
 * await run({
 *   ...{ folder: 'runs/sgd', task, recipe },
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
  const { slices, collective } = options;
  requireSlices({ slices, collective });
  if (collective) await requireSameRun(collective, settings, { engine, task });
  const opened = openRun(folder, settings, { engine, task });
  const work = new RunStages(opened, settings, {
    task,
    corpus,
    tokenizer,
    signal,
    ...{ slices, collective },
    saveEvery: options.saveEvery,
    plugins,
    architecture,
    optimizers,
    observers: [...observers, ...(options.warnOfSpikes ? [spikeWarning({ onWarning })] : [])],
    workers: options.workers,
    explainMistakes: options.explainMistakes,
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
  slices = 1,
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
    ...(slices > 1 && { slices }),
    recipe,
    ...{ plugins: {}, optimizer: {} },
  };
}
