import type { AnyEncoder, Architecture, AwdLstmEncoder } from '@ulmfit/awd-lstm';
import { UlmfitError } from '@ulmfit/errors';
import { findLearningRate, type FoundLearningRates, type rateSuggestions } from '@ulmfit/schedulers';
import type { ClassificationTask, TextSource } from '@ulmfit/text';
import type { OptimizerFactory, TrainingPlugin } from '@ulmfit/trainer';
import { prepareClassifier } from '../stages/classifier-stage.js';
import { corpusTokens, languageModelData, taskTokens } from '../stages/language-model-data.js';
import { prepareLanguageModel } from '../stages/language-model-stage.js';
import { loadReading } from '../inference/load-models.js';
import { recipeTokenizer } from '../recipe/recipe-tokenizer.js';
import type { Recipe } from '../recipe/recipe.js';
import { optimizerByStage, type OptimizerByStage } from './optimizer-by-stage.js';
import { ofAnyEncoder, pluginsByStage, type MadePlugins, type PluginsByStage } from './plugins-by-stage.js';
import type { StageEvent } from '../stage-event.js';
import type { AnyStagePlugins } from '../stages/stage-plugin.js';
import { labelledDocuments } from '../stages/task-texts.js';
import type { TokenizeOptions } from '../tokens/tokenized.js';
import { userTokenCache } from '../tokens/user-token-cache.js';

export interface FindRatesOptions<E extends AnyEncoder = AwdLstmEncoder> {
  /** The stage whose peak rate is to be found. */
  readonly stage: 'pretrain' | 'finetune' | 'classify';
  readonly recipe: Recipe;
  /** General text: for `pretrain`. */
  readonly corpus?: TextSource | undefined;
  /** What there is to learn: for the other stages. */
  readonly task?: ClassificationTask | undefined;
  /**
   * The run, bundle or fastai checkpoint of the stage before: the pretrained language model of `finetune`, the fine-tuned one of
   * `classify`. Without it the stage starts from scratch.
   */
  readonly from?: string | undefined;
  /**
   * Of a classifier: whether the head is trained alone, as in its first fit and as the paper chooses the rate, or all groups.
   * Default `head`, and `all` from scratch.
   */
  readonly groups?: 'head' | 'all' | undefined;
  /** That of the run: {@link RunOptions.architecture}. */
  readonly architecture?: Architecture<E> | undefined;
  /** Those of the run, by stage: of the plugins all that set no rate. */
  readonly plugins?: MadePlugins<AnyStagePlugins<E>> | PluginsByStage<E> | undefined;
  /** The run's, by stage: a good rate for one is none for another. */
  readonly optimizer?: OptimizerFactory | OptimizerByStage | undefined;
  /** Updates of the sweep. Default 100. */
  readonly steps?: number | undefined;
  /** The first rate. Default 1e-7. */
  readonly startLr?: number | undefined;
  /** The last rate. Default 10. */
  readonly endLr?: number | undefined;
  /** Default false. */
  readonly backwards?: boolean | undefined;
  /** Default 1. */
  readonly seed?: number | undefined;
  readonly workers?: number | undefined;
  readonly tokenCache?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: StageEvent) => void) | undefined;
}

/** The curve of a sweep and the rates that it suggests for the top group. */
export type FoundRates = FoundLearningRates<keyof typeof rateSuggestions>;

/**
 * Trains a stage's model for some updates at rising rates and suggests a peak rate: the stage's data, model, dropouts,
 * plugins, optimizer and discriminative rates, without its schedule (Smith 2017; fastai `lr_find`). Nothing is kept.
 * @throws UlmfitError `NO_TASK`, `TOO_FEW_POINTS` when the loss exploded too early, and what the stage throws
 * @example
 * const { suggestions } = await findRates({ stage: 'classify', task, recipe, from: 'runs/mine' });
 */
export async function findRates<E extends AnyEncoder = AwdLstmEncoder>(
  options: FindRatesOptions<E>,
): Promise<FoundRates> {
  const { signal, workers, onEvent } = options;
  const reading = { signal, workers, onEvent, cache: userTokenCache(options.tokenCache, onEvent) };
  return options.stage === 'classify'
    ? classifierRates(options, reading)
    : languageModelRates(options.stage, options, reading);
}

async function languageModelRates<E extends AnyEncoder>(
  stage: 'pretrain' | 'finetune',
  options: FindRatesOptions<E>,
  reading: TokenizeOptions,
): Promise<FoundRates> {
  const { recipe, from, backwards = false, seed = 1 } = options;
  const architecture: Architecture | undefined = options.architecture;
  const tokenizer = await recipeTokenizer(recipe.tokenizer);
  const tokens =
    stage === 'pretrain'
      ? await corpusTokens(given(options, 'corpus'), tokenizer, reading)
      : await taskTokens(given(options, 'task'), recipe, tokenizer, reading);
  const data = languageModelData(stage, tokens, recipe);
  const source =
    from === undefined
      ? undefined
      : loadReading(from, 'pretrain', tokenizer, {
          backwards,
          architectures: architecture ? [architecture] : [],
        });
  try {
    const { model, trainer, fit, rates } = prepareLanguageModel({
      ...{ stage, recipe, data, backwards, seed },
      ...{ from: source, architecture },
      optimizer: optimizerByStage(options.optimizer)[stage],
    });
    try {
      return await findLearningRate(trainer, {
        ...sweep(options),
        train: fit.train,
        plugins: [
          ...rates,
          ...ofAnyEncoder(pluginsByStage(options.plugins))[stage].filter(setsNoRate),
          ...progress(options),
        ],
      });
    } finally {
      trainer.dispose();
      model.dispose();
    }
  } finally {
    source?.model.dispose();
  }
}

async function classifierRates<E extends AnyEncoder>(
  options: FindRatesOptions<E>,
  reading: TokenizeOptions,
): Promise<FoundRates> {
  const { recipe, from, backwards = false, seed = 1, groups = from === undefined ? 'all' : 'head' } = options;
  const architecture: Architecture | undefined = options.architecture;
  const task = given(options, 'task');
  const tokenizer = await recipeTokenizer(recipe.tokenizer);
  const source =
    from === undefined
      ? undefined
      : loadReading(from, 'finetune', tokenizer, {
          backwards,
          architectures: architecture ? [architecture] : [],
        });
  try {
    const vocabulary =
      source?.vocabulary ??
      languageModelData('classify', await taskTokens(task, recipe, tokenizer, reading), recipe).vocabulary;
    const { model, trainer, fits, kept } = prepareClassifier({
      ...{ recipe, vocabulary, backwards, seed, classes: task.classes, multiLabel: task.multiLabel },
      train: await labelledDocuments(task, 'train', { tokenizer, vocabulary }, reading),
      ...{ from: source, architecture },
      optimizer: optimizerByStage(options.optimizer).classify,
    });
    try {
      const fit = groups === 'head' ? fits[0] : fits.at(-1);
      if (!fit) throw new UlmfitError('BAD_RECIPE', 'recipe: classifier.fits is empty; give a fit');
      return await findLearningRate(trainer, {
        ...sweep(options),
        train: fit.train,
        plugins: [
          ...fit.rates,
          ...ofAnyEncoder(pluginsByStage(options.plugins)).classify.filter(setsNoRate),
          ...progress(options),
        ],
      });
    } finally {
      kept?.dispose();
      trainer.dispose();
      model.dispose();
    }
  } finally {
    source?.model.dispose();
  }
}

/** A schedule would bend the sweep. */
const setsNoRate = ({ rate, hyper }: Pick<TrainingPlugin, 'rate' | 'hyper'>): boolean => !rate && !hyper;

/** The settings of the sweep that are given. */
const sweep = ({
  steps,
  startLr,
  endLr,
  signal,
}: Pick<FindRatesOptions, 'steps' | 'startLr' | 'endLr' | 'signal'>) => ({
  ...(steps !== undefined && { steps }),
  ...(startLr !== undefined && { startLr }),
  ...(endLr !== undefined && { endLr }),
  signal,
});

/** Tells of each update. */
function progress({ stage, steps = 100, onEvent }: Pick<FindRatesOptions, 'stage' | 'steps' | 'onEvent'>) {
  if (!onEvent) return [];
  let done = 0;
  return [
    {
      name: 'rateFinderProgress',
      afterBatch: () =>
        onEvent({ type: 'evaluate', stage: `lr-find ${stage}`, done: ++done, batches: steps }),
    },
  ];
}

/** @throws UlmfitError `NO_TASK` */
function given<Name extends 'task' | 'corpus'>(
  options: Pick<FindRatesOptions, 'stage' | 'task' | 'corpus'>,
  name: Name,
): NonNullable<FindRatesOptions[Name]> {
  const value = options[name];
  if (value !== undefined) return value;
  throw new UlmfitError('NO_TASK', `findRates: ${options.stage} needs \`${name}\`; give it`);
}
