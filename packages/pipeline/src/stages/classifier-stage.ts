import { dispose } from '@tensorflow/tfjs-core';
import {
  accuracy,
  copyEncoder,
  createClassifier,
  macroF1,
  type AnyEncoder,
  type Architecture,
  type AwdLstmEncoder,
  type Classifier,
} from '@ulmfit/awd-lstm';
import { freezeTo, trainOnly } from '@ulmfit/discriminative';
import type { ReadingClassifier } from '@ulmfit/inference';
import { classifierDropouts } from '@ulmfit/regularizers';
import { balancedClassWeights, classifierLoader, type TokenCorpus, type Vocabulary } from '@ulmfit/text';
import {
  assignByName,
  createTrainer,
  earlyStopping,
  flatPlugins,
  keepBest,
  type OptimizerFactory,
} from '@ulmfit/trainer';
import { fitEpochs } from '../recipe/fit-epochs.js';
import { fitName } from './fit-name.js';
import {
  activationTerms,
  beside,
  clipping,
  fitting,
  freshOptimizer,
  recipeOptimizer,
  schedulePlugins,
  spreadRates,
} from './fit-plugins.js';
import { keptEpoch, type KeptEpoch } from './kept-epoch.js';
import type { LabelledDocuments } from './labelled-documents.js';
import type { TrainedLanguageModel } from './language-model-stage.js';
import type { ClassifierFit, Recipe } from '../recipe/recipe.js';
import { requireValidation } from '../recipe/require-validation.js';
import { runFits } from './run-fits.js';
import { semiSupervisedPlugins } from './semi-supervised-plugins.js';
import { stageEncoder } from './stage-encoder.js';
import type { ClassifierPlugin, ClassifierPlugins } from './stage-plugin.js';
import { trainProbes, type ProbedHead } from './train-probes.js';
import { watchedFigure } from './watched-figure.js';
import type { StageContext } from '../stage-context.js';

/** A classifier with its words and its classes. */
export interface TrainedClassifier<E extends AnyEncoder = AwdLstmEncoder> extends ReadingClassifier<E> {
  /** The epoch whose weights these are, where it was chosen by a validation figure. */
  readonly best?: KeptEpoch | undefined;
}

export interface ClassifierStageOptions<E extends AnyEncoder = AwdLstmEncoder> extends StageContext {
  /** Texts without a label, for a recipe with `semiSupervised`. */
  readonly unlabelled?: TokenCorpus | undefined;
  /** Of self-training, which names the fits: 0 is the model that has the labels alone. Default 0. */
  readonly round?: number | undefined;
  /** Where the recipe's probe saves its state, in a store of its own. */
  readonly probeStore?: StageContext['store'];
  readonly recipe: Recipe;
  readonly train: LabelledDocuments;
  /**
   * Watched after each epoch, where given: its loss, accuracy and macro-F1 are told, and the model ends with the weights of
   * the best epoch of all fits, by the recipe's `keepBest`.
   */
  readonly valid?: LabelledDocuments | undefined;
  readonly vocabulary: Vocabulary;
  /** The classes' names, by index. */
  readonly classes: readonly string[];
  /** Whether a document has any number of them, or exactly one. Default false. */
  readonly multiLabel?: boolean | undefined;
  /** The fine-tuned language model whose encoder, sizes and vocabulary to start from; without it: from scratch. */
  readonly from?: TrainedLanguageModel<E> | undefined;
  readonly backwards?: boolean;
  /**
   * What the encoder is, with its sizes, instead of the recipe's AWD-LSTM: that of `from`, where it is another. Of the recipe's
   * dropouts and activation terms it has those whose taps it has.
   */
  readonly architecture?: Architecture<E> | undefined;
  /** Plugins of every fit, beside the recipe's. */
  readonly plugins?: ClassifierPlugins<E> | undefined;
  /** What updates the weights instead of the recipe's Adam, whose settings are not read then. */
  readonly optimizer?: OptimizerFactory | undefined;
}

/**
 * Trains the classifier by gradual unfreezing (ULMFiT section 3.3), or from scratch. The model is the caller's to
 * dispose.
 * @throws Interrupted; UlmfitError, `BAD_RECIPE` for a `patience` without `valid` among others
 * @example
 * const { model, best } = await trainClassifier({
 *   ...{ recipe: presets.small, train, valid, vocabulary, classes: ['neg', 'pos'], from: tuned, seed: 1 },
 *   plugins: [weightDecay(1e-4)], // any plugin whose taps the classifier has
 * });
 */
export async function trainClassifier<E extends AnyEncoder = AwdLstmEncoder>(
  options: ClassifierStageOptions<E>,
): Promise<TrainedClassifier<E>> {
  const { recipe, train, valid, vocabulary, classes, backwards = false } = options;
  requireValidation(recipe, valid !== undefined);
  const { model, trainer, fits, kept } = prepareClassifier(options);
  const { probe } = recipe.classifier;
  let probed: ProbedHead | undefined;
  try {
    if (probe && options.from) {
      const { probeStore: store, ...context } = options;
      probed = await trainProbes(model, { ...context, store, probe, backwards, name: roundStage(options) });
      assignHead(model, probed);
    }
    await runFits('classify', trainer, fits, options, {
      vocabulary,
      parts: valid ? [train, valid] : [train],
    });
    const best = kept?.restore(trainer);
    const result = { model, vocabulary, classes, backwards };
    if (!probed?.best || !options.from || (best && isBetter(best.value, probed.best.value, recipe)))
      return { ...result, best: best && keptEpoch(best, trainer.history) };
    // No epoch of the fits after it came up to the frozen encoder's head.
    copyEncoder(options.from.model.encoder, model.encoder);
    assignHead(model, probed);
    return { ...result, best: probed.best.epoch };
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    dispose(Object.values(probed?.tensors ?? {}));
    kept?.dispose();
    trainer.dispose();
  }
}

/** What the stage's fits are named by: each round of self-training draws by its own name. */
const roundStage = ({ round = 0 }: { readonly round?: number | undefined }): string =>
  round === 0 ? 'classify' : `classify.round${round}`;

const assignHead = ({ head }: Pick<Classifier<AnyEncoder>, 'head'>, { tensors }: ProbedHead): void =>
  assignByName('probe', [...head.parameters, ...head.buffers], tensors);

/** Whether a figure is above, or as a loss below, another. */
const isBetter = (value: number, than: number, { classifier }: Recipe): boolean =>
  watchedFigure(classifier.keepBest).better === 'less' ? value < than : value > than;

/**
 * What the stage trains by: its model, its trainer, its fits with the freezing and the rates by themselves, and what keeps the best
 * epoch. They are the caller's to dispose.
 */
export function prepareClassifier<E extends AnyEncoder = AwdLstmEncoder>(
  options: Omit<ClassifierStageOptions<E>, keyof StageContext> &
    Pick<StageContext, 'seed' | 'slices' | 'collective'>,
) {
  const {
    recipe,
    train,
    valid,
    vocabulary,
    classes,
    from,
    architecture,
    multiLabel = false,
    backwards = false,
    seed,
  } = options;
  const { batchSize, evaluationBatchSize, window, maxLength, headLayers, pooling, ...settings } =
    recipe.classifier;
  const encoder = stageEncoder({
    ...{ what: 'classify', recipe, architecture, from: from?.model, seed, vocabulary: vocabulary.size },
    batchSize: Math.min(batchSize, train.documents.length),
    window: Math.min(window, longest(train.documents)),
  });
  const model = createClassifier(
    { encoder, window, maxLength, headLayers, pooling, classes: classes.length, multiLabel },
    {
      seed,
      classWeights:
        settings.classWeights === 'balanced' ? balancedClassWeights(train.labels, classes.length) : undefined,
      labelSmoothing: settings.labelSmoothing,
      // What a probe has fitted its weights to stays.
      fixedStatistics: from !== undefined && settings.probe !== null,
    },
  );
  if (from) copyEncoder(from.model.encoder, model.encoder);
  const { semiSupervised } = settings;
  const terms =
    semiSupervised &&
    semiSupervisedPlugins(recipe.classifier, semiSupervised, {
      ...{
        seed,
        backwards,
        multiLabel,
        unlabelled: semiSupervised.texts > 0 ? options.unlabelled : undefined,
      },
    });
  const { trainer, kept, pluginsOf } = classifierTrainer(model, {
    ...options,
    ...{ terms: terms ?? [], validates: valid !== undefined },
  });
  const stage = roundStage(options);
  const reading = { window, backwards, classes: classes.length };
  const loader = classifierLoader(train.documents, train.labels, {
    ...reading,
    ...{ batchSize, seed, stage, shuffle: true },
  });
  const validate =
    valid && classifierLoader(valid.documents, valid.labels, { ...reading, batchSize: evaluationBatchSize });
  const fits = (from ? settings.fits : [settings.scratch]).map((fit, i) => {
    return {
      stage: fitName(stage, i, fit),
      train: loader,
      validate,
      epochs: fitEpochs(fit, loader.batches(0)),
      ...pluginsOf(fit),
    };
  });
  return { model, trainer, fits, kept };
}

/** The trainer of the stage's model, what keeps its best epoch, and the plugins of a fit, of which the rates by themselves too. */
export function classifierTrainer<E extends AnyEncoder>(
  model: Classifier<E>,
  {
    recipe,
    seed,
    slices,
    collective,
    validates,
    plugins = [],
    optimizer = recipeOptimizer(recipe),
    terms = [],
  }: Pick<
    ClassifierStageOptions<E>,
    'recipe' | 'seed' | 'slices' | 'collective' | 'plugins' | 'optimizer'
  > & {
    readonly validates: boolean;
    /** Those of the recipe's `semiSupervised`. */
    readonly terms?: ReturnType<typeof semiSupervisedPlugins>;
  },
) {
  const { dropouts, dropoutMultiplier, dropoutRates, headDropout, patience, ...settings } = recipe.classifier;
  const watching = watchedFigure(settings.keepBest);
  const kept = validates && settings.keepBest !== 'none' ? keepBest(watching) : undefined;
  const ofTrainer = fitting(model, [
    ...classifierDropouts({
      ...{ preset: dropouts, multiplier: dropoutMultiplier, rates: dropoutRates, head: headDropout },
    }),
    ...activationTerms(recipe),
    ...terms,
    ...clipping(recipe),
    ...(patience === null ? [] : [earlyStopping({ ...watching, patience })]),
    ...(kept ? [kept] : []),
  ]);
  const metrics = [accuracy, macroF1];
  const trainer = createTrainer({ model, optimizer, seed, metrics, slices, collective, plugins: ofTrainer });
  const pluginsOf = ({ freezeTo: to, alone, lr, spread }: ClassifierFit) => {
    // A group that isn't there is left to `freezeTo`, which says so.
    const name = alone ? trainer.groups.names.at(to) : undefined;
    const rates = [name === undefined ? freezeTo(to) : trainOnly([name]), spreadRates(lr, spread)];
    const ofFit: ClassifierPlugin<E>[] = [freshOptimizer, ...rates, ...schedulePlugins(recipe)];
    return { rates, plugins: [...ofFit, ...beside([...ofTrainer, ...ofFit], flatPlugins(plugins))] };
  };
  return { trainer, kept, pluginsOf };
}

/** The tokens of the longest document. */
const longest = (documents: TokenCorpus): number =>
  Array.from({ length: documents.length }, (_, i) => documents.documentLength(i)).reduce(
    (most, length) => Math.max(most, length),
    0,
  );
