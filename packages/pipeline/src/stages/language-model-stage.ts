import { argMax, equal, reshape, sum, transpose } from '@tensorflow/tfjs-core';
import {
  createLanguageModel,
  transferLanguageModel,
  type AnyEncoder,
  type Architecture,
  type AwdLstmEncoder,
  type LanguageModel,
  type LanguageModelInput,
  type LanguageModelOutput,
} from '@ulmfit/awd-lstm';
import { discriminativeRates } from '@ulmfit/discriminative';
import type { WordedLanguageModel } from '@ulmfit/inference';
import { awdLstmDropouts } from '@ulmfit/regularizers';
import { bpttRateScaling } from '@ulmfit/schedulers';
import { languageModelLoader, type TokenCorpus, type Vocabulary } from '@ulmfit/text';
import { createTrainer, flatPlugins, type Metric, type OptimizerFactory } from '@ulmfit/trainer';
import { fitEpochs } from '../recipe/fit-epochs.js';
import {
  activationTerms,
  beside,
  clipping,
  fitting,
  recipeOptimizer,
  schedulePlugins,
} from './fit-plugins.js';
import type { Recipe } from '../recipe/recipe.js';
import { requirePretraining } from '../recipe/require-pretraining.js';
import { runFits } from './run-fits.js';
import { stageEncoder } from './stage-encoder.js';
import type { LanguageModelPlugin, LanguageModelPlugins } from './stage-plugin.js';
import type { StageContext } from '../stage-context.js';

/** Documents as ids, with the words that they stand for. */
export interface LanguageModelData {
  readonly train: TokenCorpus;
  readonly valid: TokenCorpus;
  readonly vocabulary: Vocabulary;
}

/** A language model with its words. */
export type TrainedLanguageModel<E extends AnyEncoder = AwdLstmEncoder> = WordedLanguageModel<E>;

export interface LanguageModelResult<E extends AnyEncoder = AwdLstmEncoder> extends TrainedLanguageModel<E> {
  /** Of the validation documents after the last epoch. */
  readonly perplexity: number;
  /** The share of tokens that the model gives the highest probability. */
  readonly accuracy: number;
}

export interface LanguageModelStageOptions<E extends AnyEncoder = AwdLstmEncoder> extends StageContext {
  readonly stage: 'pretrain' | 'finetune';
  readonly recipe: Recipe;
  readonly data: LanguageModelData;
  /**
   * A model to start from, moved to the data's vocabulary (ULMFiT section 3.2); its sizes replace the recipe's. It stays
   * the caller's.
   */
  readonly from?: TrainedLanguageModel<E> | undefined;
  /** Whether the text is read from its end to its beginning. */
  readonly backwards?: boolean;
  /**
   * What the encoder is, with its sizes, instead of the recipe's AWD-LSTM. Of the recipe's dropouts and activation terms it
   * has those whose taps it has.
   */
  readonly architecture?: Architecture<E> | undefined;
  /** Plugins beside the recipe's. */
  readonly plugins?: LanguageModelPlugins<E> | undefined;
  /** What updates the weights instead of the recipe's Adam, whose settings are not read then. */
  readonly optimizer?: OptimizerFactory | undefined;
}

/**
 * Trains a language model with the settings of a stage, from scratch (general-domain pretraining, ULMFiT section 3.1) or
 * from a pretrained one (target task fine-tuning, section 3.2). The model is the caller's to dispose.
 * @throws Interrupted, UlmfitError
 * @example
 * const { model, perplexity } = await trainLanguageModel({
 *   stage: 'finetune',
 *   recipe,
 *   data,
 *   seed: 1,
 *   optimizer: sgd({ momentum: 0.9 }),
 *   plugins: [weightDecay(1e-4)],
 * });
 */
export async function trainLanguageModel<E extends AnyEncoder = AwdLstmEncoder>(
  options: LanguageModelStageOptions<E>,
): Promise<LanguageModelResult<E>> {
  const { stage, data } = options;
  const { model, trainer, fit } = prepareLanguageModel(options);
  try {
    await runFits(stage, trainer, [fit], options, {
      vocabulary: data.vocabulary,
      parts: [{ documents: data.train }, { documents: data.valid }],
    });
    const values = trainer.history.at(-1)?.values ?? {};
    return {
      model,
      vocabulary: data.vocabulary,
      perplexity: Math.exp(values['valid/loss'] ?? NaN),
      accuracy: values['valid/accuracy'] ?? NaN,
    };
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    trainer.dispose();
  }
}

/**
 * What a stage trains by: its model, its trainer, and its fit with the rates by themselves. Model and trainer are the caller's to
 * dispose.
 */
export function prepareLanguageModel<E extends AnyEncoder = AwdLstmEncoder>(
  options: Omit<LanguageModelStageOptions<E>, keyof StageContext> &
    Pick<StageContext, 'seed' | 'slices' | 'collective'>,
) {
  const { stage, recipe, data, from, architecture, backwards = false, seed } = options;
  const { batchSize, window, jitter, sampledSoftmax } = recipe.languageModel;
  const encoder = stageEncoder({
    ...{ what: stage, recipe, architecture, from: from?.model, seed },
    ...{ vocabulary: data.vocabulary.size, batchSize },
    window: Math.min(window, data.train.tokens / batchSize),
  });
  const model = createLanguageModel({ encoder }, { sampledSoftmax: sampledSoftmax ?? undefined });
  if (from) {
    transferLanguageModel(
      { model: from.model, words: from.vocabulary.itos },
      { model, words: data.vocabulary.itos },
    );
  }
  const { trainer, fit, rates, plugins } = languageModelTrainer(model, options);
  const loader = { batchSize, window, seed, stage, backwards };
  const train = languageModelLoader(data.train, { ...loader, shuffle: true, jitter });
  return {
    model,
    trainer,
    rates,
    fit: {
      stage,
      train,
      validate: languageModelLoader(data.valid, loader),
      epochs: fitEpochs(fit, train.batches(0)),
      plugins,
    },
  };
}

/** The trainer of a stage's model, and the plugins of its fit, of which the rates by themselves too. */
export function languageModelTrainer<E extends AnyEncoder>(
  model: LanguageModel<E>,
  options: Pick<
    LanguageModelStageOptions<E>,
    'stage' | 'recipe' | 'seed' | 'slices' | 'collective' | 'plugins' | 'optimizer'
  >,
) {
  const { stage, recipe, seed, slices, collective, plugins = [] } = options;
  const { optimizer = recipeOptimizer(recipe) } = options;
  const { jitter, dropouts, dropoutRates } = recipe.languageModel;
  const fit = stage === 'pretrain' ? requirePretraining(recipe, stage) : recipe.languageModel.finetune;
  const ofTrainer = fitting(model, [
    ...awdLstmDropouts({ preset: dropouts, multiplier: fit.dropoutMultiplier, rates: dropoutRates }),
    ...activationTerms(recipe),
    ...clipping(recipe),
  ]);
  const rates = [
    discriminativeRates({ lr: fit.lr, divisor: fit.divisor }),
    ...(jitter ? [bpttRateScaling()] : []),
  ];
  const ofFit: LanguageModelPlugin<E>[] = [...rates, ...schedulePlugins(recipe, fit.warmup)];
  const added = beside([...ofTrainer, ...ofFit], flatPlugins(plugins));
  const metrics = [tokenAccuracy(model)];
  const trainer = createTrainer({ model, optimizer, seed, metrics, slices, collective, plugins: ofTrainer });
  return { trainer, fit, rates, plugins: [...ofFit, ...added] };
}

/**
 * The share of targets that have the highest logit.
 * @example
 * const model = createLanguageModel({ vocabulary: 20, embedding: 4, hidden: 6 });
 * const trainer = createTrainer({ model, optimizer: adam(), metrics: [tokenAccuracy(model)] });
 */
export function tokenAccuracy(
  model: Pick<LanguageModel, 'logits'>,
): Metric<LanguageModelInput, LanguageModelOutput> {
  return {
    name: 'accuracy',
    measure: (output, { targets }) => {
      const best = argMax(model.logits(output), 1);
      const right = equal(best, reshape(transpose(targets), [-1]));
      return { sum: sum(right).dataSync()[0] as number, weight: targets.size };
    },
  };
}
