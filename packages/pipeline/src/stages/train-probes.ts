import { tensor1d, type Tensor } from '@tensorflow/tfjs-core';
import { accuracy, macroF1, type AnyEncoder, type Classifier } from '@ulmfit/awd-lstm';
import { adam, fastaiDecays } from '@ulmfit/optimizers';
import { headDropout } from '@ulmfit/regularizers';
import { balancedClassWeights, type Vocabulary } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';
import type { ClassifierProbe, Recipe } from '../recipe/recipe.js';
import type { StageContext } from '../stage-context.js';
import { featureLoader } from './feature-loader.js';
import { schedulePlugins } from './fit-plugins.js';
import { keptEpoch, type KeptEpoch } from './kept-epoch.js';
import type { LabelledDocuments } from './labelled-documents.js';
import { createLinearProbes, meanHead } from './linear-probes.js';
import { featureStatistics, pooledFeatures, type FeatureRows } from './pooled-features.js';
import { runFits } from './run-fits.js';
import { watchedFigure } from './watched-figure.js';

export interface TrainProbesOptions extends StageContext {
  readonly recipe: Recipe;
  readonly probe: ClassifierProbe;
  readonly train: LabelledDocuments;
  readonly valid?: LabelledDocuments | undefined;
  readonly vocabulary: Vocabulary;
  readonly backwards: boolean;
  /** What its fit is named by, such as `classify`. */
  readonly name: string;
}

/** The head that the probes gave. */
export interface ProbedHead {
  /** Weights and buffers by name; the caller's. */
  readonly tensors: Record<string, Tensor>;
  /** The last epoch, and its watched figure; without texts that validate, or where the recipe keeps no best epoch, nothing. */
  readonly best?: { readonly epoch: KeptEpoch; readonly value: number } | undefined;
}

/** How often the probes are validated on their way. */
const EPOCHS = 10;

/**
 * Trains the head by itself while the encoder is frozen (linear probing): what the encoder pools of a text is computed once, and then a step
 * costs next to nothing, so that few texts get as many updates as they need.
 * @param model whose encoder reads, and whose head this is for
 * @throws Interrupted
 */
export async function trainProbes<E extends AnyEncoder>(
  model: Classifier<E>,
  { recipe, probe, train, valid, vocabulary, backwards, name, ...context }: TrainProbesOptions,
): Promise<ProbedHead> {
  const { seed, signal, onEvent } = context;
  const { classes, multiLabel } = model.config;
  const { heads, labelSmoothing, steps, lr, dropout } = probe;
  const features = model.pooledFeatures;
  const stage = `${name}.0-probe`;
  const { classWeights, keepBest: figure, evaluationBatchSize } = recipe.classifier;
  const sizes = { features, classes, heads };
  const probes = createLinearProbes({
    ...{ ...sizes, multiLabel, labelSmoothing, seed },
    classWeights: classWeights === 'balanced' ? balancedClassWeights(train.labels, classes) : undefined,
  });
  const trainer = createTrainer({
    model: probes,
    optimizer: adam({ ...recipe.optimizer, weightDecay: probe.weightDecay, decays: fastaiDecays }),
    metrics: [accuracy, macroF1],
    seed,
    plugins: [headDropout([dropout])],
  });
  const rowsOf = ({ documents }: LabelledDocuments, what: string) =>
    pooledFeatures(model, documents, {
      batchSize: evaluationBatchSize,
      backwards,
      signal,
      onBatch: (done, batches) => onEvent?.({ type: 'evaluate', stage: what, done, batches }),
    });
  const trainRows = once(async () => {
    const rows = await rowsOf(train, 'classify: reading texts');
    const { mean, variance } = featureStatistics(rows);
    const [first, second] = probes.head.buffers;
    for (const [buffer, values] of [
      [first, mean],
      [second, variance],
    ] as const) {
      const value = tensor1d(values);
      buffer?.variable.assign(value);
      value.dispose();
    }
    return rows;
  });
  const loading = { classes, heads };
  const batches = Math.ceil(steps / EPOCHS);
  try {
    await runFits(
      'classify',
      trainer,
      [
        {
          stage,
          train: featureLoader({
            ...{ ...loading, rows: trainRows, labels: train.labels, batchSize: probe.batchSize },
            shuffled: { batches, seed, stage },
          }),
          validate:
            valid &&
            featureLoader({
              ...{ ...loading, labels: valid.labels, batchSize: evaluationBatchSize },
              rows: once(() => rowsOf(valid, 'classify: reading texts to validate with')),
            }),
          epochs: Math.ceil(steps / batches),
          lr,
          plugins: schedulePlugins(recipe),
        },
      ],
      context,
      { vocabulary, parts: valid ? [train, valid] : [train] },
    );
    // The last epoch is it: a linear head has one optimum, and of ten epochs few texts would choose by chance.
    const last = valid && figure !== 'none' ? trainer.history.at(-1) : undefined;
    return {
      tensors: meanHead(probes, sizes),
      best: last && {
        epoch: keptEpoch(last, trainer.history),
        value: last.values[`valid/${watchedFigure(figure).watch}`] ?? NaN,
      },
    };
  } finally {
    trainer.dispose();
    probes.dispose();
  }
}

/** Makes something when it is first asked for, and keeps it. */
function once(make: () => Promise<FeatureRows>): () => Promise<FeatureRows> {
  let made: Promise<FeatureRows> | undefined;
  return () => (made ??= make());
}
