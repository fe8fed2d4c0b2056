import {
  concat,
  tensor2d,
  tidy,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { requireInteger, requireThat, UlmfitError } from '@ulmfit/errors';
import { concatPooling } from '@ulmfit/kernels';
import { parameterGroup, timeMajor, type ForwardPass, type Model } from '@ulmfit/trainer';
import { createAwdLstm, type AwdLstmConfig, type AwdLstmEncoder } from './awd-lstm.js';
import { requireIndices } from './checks.js';
import { binaryCrossEntropy, crossEntropy } from './classification-loss.js';
import { createClassifierHead, type ClassifierHead } from './classifier-head.js';
import { offTape, statesOfRows } from './encoder-states.js';
import type { AnyEncoder, Encoder } from './encoder.js';
import { joined, poolingMasks, windowsOf, type Window } from './document-windows.js';
import { layersSideBySide, pooledStates, watchingLayers, type Pooling } from './lower-layers.js';
import { carryStates, ofRows, requireEncoder, runEncoder } from './run-encoder.js';
import { spreadRows } from './spread-rows.js';
import { poolingTaps, type ClassifierTaps, type PoolingTaps } from './taps.js';

/**
 * Documents padded to one length, as `classifierLoader` of `@ulmfit/text` gives them. A document stands in columns
 * `starts` to `starts + lengths`, what is around it is never read. For results that do not depend on the batch, it begins
 * where a window begins. Whether it is read forwards or backwards is the loader's affair: the model is the same.
 */
export interface ClassifierInput {
  /** int32 `[batch, time]`. */
  readonly ids: Tensor2D;
  /**
   * Needed for the loss: int32 `[batch]`, classes from 0; for a multi-label classifier `[batch, classes]`, 1 for each class
   * that the document has and 0 for the others.
   */
  readonly labels?: Tensor1D | Tensor2D;
  /** Each document's number of tokens, 1 at least. */
  readonly lengths: ArrayLike<number>;
  /** The column of each document's first token, a multiple of the model's `window`. */
  readonly starts: ArrayLike<number>;
}

/** What a pass of the classifier gives. */
export interface ClassifierOutput {
  /** `[batch, classes]` */
  readonly logits: Tensor2D;
  /** The last layer's output over the windows that were pooled, `[time, batch, features]`; 0 where a row took no part. */
  readonly encoded: Tensor3D;
  /** Last, max and mean, `[batch, pooledFeatures]`. */
  readonly pooled: Tensor2D;
}

/** What a classifier tells apart, and how it reads, over any encoder. */
export interface ClassifierSettings {
  /** Classes to tell apart, from 1. */
  readonly classes: number;
  /**
   * Whether a document may have any number of the classes, rather than exactly one: its probabilities are then the
   * logits' sigmoids instead of their softmax. Default false.
   */
  readonly multiLabel?: boolean;
  /** Tokens of a window. Default 72. */
  readonly window?: number;
  /** Of each document, the last windows within this many tokens are pooled and get a gradient; `window` at least. Default 1440. */
  readonly maxLength?: number;
  /** Features of the head's hidden layers. Default `[50]`. */
  readonly headLayers?: readonly number[];
  /**
   * What is pooled: the output of the last layer as in ULMFiT, or the looked-up words and the output of every layer side by side.
   * Default `last-layer`.
   */
  readonly pooling?: Pooling;
}

/** The sizes of a classifier over AWD-LSTM, and how it reads. */
export interface ClassifierConfig extends AwdLstmConfig, ClassifierSettings {}

/** A classifier over an encoder, which belongs to it from then on. */
export interface EncoderClassifierConfig<E extends AnyEncoder> extends ClassifierSettings {
  readonly encoder: E;
  /** In place of the head of ULMFiT, whose `headLayers` are not read then: from `pooledFeatures` to the classes. */
  readonly head?: ClassifierHead;
}

/** What training alone asks for. */
export interface ClassifierOptions {
  /** Draws the first weights: an integer from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number;
  /**
   * How much each class counts in the loss, such as `balancedClassWeights` of `@ulmfit/text` gives; numbers above 0. The
   * mean over the batch is weighted by the documents' classes. A multi-label classifier multiplies by it what a class costs
   * in the documents that have it, and the mean is over all.
   */
  readonly classWeights?: readonly number[] | undefined;
  /** The share of a label that is spread evenly over all classes, from 0 to below 1. Default 0. */
  readonly labelSmoothing?: number | undefined;
  /**
   * Whether the head's BatchNorm normalises by the statistics that its buffers hold, in training too: those of a batch are noise
   * where there are few labels. Default false.
   */
  readonly fixedStatistics?: boolean | undefined;
}

/** The text classifier, see `createClassifier`. */
export interface Classifier<E extends AnyEncoder = AwdLstmEncoder> extends Model<
  ClassifierInput,
  ClassifierOutput,
  ClassifierTaps<E>
> {
  readonly encoder: E;
  /** From what is pooled to the logits. */
  readonly head: ClassifierHead;
  /** Features of the head's input: three times those that are pooled. */
  readonly pooledFeatures: number;
  /** With all defaults filled in; without `headLayers` where it has a head of its own. */
  readonly config: Required<Omit<ClassifierSettings, 'headLayers'>> & Pick<ClassifierSettings, 'headLayers'>;
}

/**
 * The text classifier of ULMFiT (section 3.3): an encoder, AWD-LSTM by its sizes or any other one, reads each document in
 * windows, carrying its state, detached (BPT3C); concat pooling over the last windows of each document; a
 * head of two blocks. Rows take part in a window only while they have tokens. Groups: `embedding`, the encoder's (`rnn1`, ... of
 * AWD-LSTM), `head`.
 *
 * The loss is the mean cross-entropy over the documents; of a multi-label classifier, the mean binary cross-entropy over
 * documents and classes.
 * @throws UlmfitError `BAD_CONFIG`; at a batch, `BAD_BATCH` for documents that are empty or not within it, ids beyond the
 *   vocabulary, and, where a loss is asked for, labels that are missing, beyond the classes or of another shape
 * @example
 * const topics = createClassifier({ vocabulary: 10_000, classes: 20, multiLabel: true }, { seed: 1 });
 * @example
 * const encoder = createGru({ vocabulary: 10_000, features: 128 });
 * const topics = createClassifier({ encoder, classes: 20 });
 */
export function createClassifier(config: ClassifierConfig, options?: ClassifierOptions): Classifier;
export function createClassifier<E extends AnyEncoder>(
  config: EncoderClassifierConfig<E>,
  options?: ClassifierOptions,
): Classifier<E>;
export function createClassifier(
  config: ClassifierConfig | EncoderClassifierConfig<AnyEncoder>,
  options: ClassifierOptions = {},
): unknown {
  const { classes, multiLabel = false, window = 72, maxLength = 1440, headLayers = [50], ...own } = config;
  const { pooling = 'last-layer', ...rest } = own;
  const settings = { classes, multiLabel, window, maxLength, headLayers, pooling };
  requireSettings(settings, options);
  if (!('encoder' in rest)) return overEncoder(createAwdLstm(rest, options), settings, undefined, options);
  const { encoder, head } = rest;
  return overEncoder(encoder, settings, head, options);
}

/** @throws UlmfitError `BAD_CONFIG` */
function requireSettings(
  { classes, window, maxLength, headLayers }: Required<ClassifierSettings>,
  { classWeights, labelSmoothing = 0 }: ClassifierOptions,
): void {
  for (const [name, value] of Object.entries({ classes, window, maxLength })) {
    requireInteger(`classifier: ${name}`, value, { code: 'BAD_CONFIG' });
  }
  headLayers.forEach((features, i) =>
    requireInteger(`classifier: headLayers[${i}]`, features, { code: 'BAD_CONFIG' }),
  );
  if (maxLength < window) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `classifier: maxLength is ${maxLength}, which is less than one window of ${window}`,
    );
  }
  requireThat(
    'classifier: labelSmoothing',
    labelSmoothing,
    labelSmoothing >= 0 && labelSmoothing < 1,
    'from 0 to below 1',
    { code: 'BAD_CONFIG' },
  );
  if (classWeights) requireClassWeights(classWeights, classes);
}

function overEncoder<Taps>(
  encoder: Encoder<Taps>,
  { headLayers, ...settings }: Required<ClassifierSettings>,
  ownHead: ClassifierHead | undefined,
  { seed = 0, classWeights, labelSmoothing = 0, fixedStatistics }: ClassifierOptions,
) {
  const { classes, multiLabel, window, maxLength, pooling } = settings;
  requireEncoder(encoder, poolingTaps);
  const pooledFeatures = 3 * pooledStates(encoder, pooling);
  const head =
    ownHead ?? createClassifierHead([pooledFeatures, ...headLayers, classes], { seed, fixedStatistics });
  const treatment = { weights: classWeights, smoothing: labelSmoothing };
  const groups = [
    parameterGroup('embedding', [encoder.embedding]),
    ...encoder.groups.map(({ name, parameters }) => parameterGroup(name, parameters)),
    parameterGroup('head', head.parameters),
  ];
  const buffers = [...(encoder.buffers ?? []), ...head.buffers];

  return {
    name: `${encoder.architecture} classifier`,
    encoder,
    head,
    pooledFeatures,
    config: { ...settings, ...(ownHead ? {} : { headLayers }) },
    groups,
    buffers,
    taps: [...encoder.taps, ...poolingTaps],
    forward(batch: ClassifierInput, pass: ForwardPass<Taps & PoolingTaps>): ClassifierOutput {
      requireDocuments(batch);
      const windows = windowsOf(batch, batch.ids.shape[1], window, maxLength);
      const own: ForwardPass<PoolingTaps> = pass;
      const { output, lower } = encodeWindows(encoder, batch, windows, pass, pooling);
      const encoded = own.tap('dropped', own.tap('raw', output, timeMajor), timeMajor);
      const states = lower ? concat([lower, encoded], 2) : encoded;
      const { counted, last } = poolingMasks(batch, windows, maxLength);
      const pooled = concatPooling(states, counted, last);
      const logits = head.apply(pooled, own);
      requireLogits(logits, [batch.ids.shape[0], classes]);
      return { encoded, pooled, logits };
    },
    loss({ logits }: ClassifierOutput, { labels }: ClassifierInput): Scalar {
      if (!labels) throw new UlmfitError('BAD_BATCH', 'classifier: a batch without labels has no loss');
      if (labels.shape[0] !== logits.shape[0]) {
        throw new UlmfitError(
          'BAD_BATCH',
          `classifier: ${labels.shape[0]} labels for ${logits.shape[0]} documents`,
        );
      }
      if (multiLabel) {
        requireMultiHot(labels, classes);
        return binaryCrossEntropy(logits, labels, treatment);
      }
      requireOneLabel(labels);
      requireIndices('labels', labels, classes, 'classes');
      return crossEntropy(logits, labels, treatment);
    },
    targets({ ids, labels }: ClassifierInput): number {
      // The loss is a weighted mean then: with its weights, means over batches are the same however documents are batched.
      if (classWeights && labels && !multiLabel) {
        return Array.from(labels.dataSync()).reduce((total, label) => total + (classWeights[label] ?? 0), 0);
      }
      return ids.shape[0];
    },
    dispose() {
      for (const { variable } of [...groups.flatMap((g) => g.parameters), ...buffers]) variable.dispose();
    },
  };
}

/** A custom head may have other classes. @throws UlmfitError `BAD_SHAPE` */
function requireLogits({ shape }: Tensor2D, expected: readonly number[]): void {
  if (shape.join() === expected.join()) return;
  throw new UlmfitError(
    'BAD_SHAPE',
    `classifier: the head gave logits of [${shape.join(', ')}]; they must be [${expected.join(', ')}]: batch, classes`,
  );
}

/** @throws UlmfitError `BAD_CONFIG` unless there is a number above 0 for each class */
function requireClassWeights(weights: readonly number[], classes: number): void {
  if (weights.length !== classes) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `classifier: ${weights.length} classWeights for ${classes} classes; give one for each`,
    );
  }
  const wrong = weights.findIndex((weight) => !(weight > 0 && weight < Infinity));
  if (wrong < 0) return;
  throw new UlmfitError(
    'BAD_CONFIG',
    `classifier: classWeights[${wrong}] is ${weights[wrong]}; it must be a number above 0`,
  );
}

/** @throws UlmfitError `BAD_BATCH` unless there is one class a document */
function requireOneLabel(labels: Tensor1D | Tensor2D): asserts labels is Tensor1D {
  if (labels.rank === 1) return;
  throw new UlmfitError(
    'BAD_BATCH',
    `classifier: labels of [${labels.shape.join(', ')}], but it predicts one class per document; give one number each, or set multiLabel`,
  );
}

/** @throws UlmfitError `BAD_BATCH` unless there is a number from 0 to 1 for each document and class */
function requireMultiHot(labels: Tensor1D | Tensor2D, classes: number): asserts labels is Tensor2D {
  if (labels.rank !== 2 || labels.shape[1] !== classes) {
    throw new UlmfitError(
      'BAD_BATCH',
      `classifier: labels of [${labels.shape.join(', ')}], but a multi-label one needs a row of ${classes} for each document; give the loader lists of labels`,
    );
  }
  const wrong = labels.dataSync().findIndex((value) => !(value >= 0 && value <= 1));
  if (wrong < 0) return;
  throw new UlmfitError(
    'BAD_BATCH',
    `classifier: labels have ${labels.dataSync()[wrong]} for class ${wrong % classes} of row ${Math.floor(wrong / classes)}; each must be from 0 to 1`,
  );
}

/** @throws UlmfitError `BAD_BATCH` unless every row has a document, and it lies within the batch */
function requireDocuments({ ids, starts, lengths }: ClassifierInput): void {
  const [batch, time] = ids.shape;
  if (batch < 1 || starts.length !== batch || lengths.length !== batch) {
    throw new UlmfitError(
      'BAD_BATCH',
      `classifier: ids of [${batch}, ${time}] with ${starts.length} starts and ${lengths.length} lengths`,
    );
  }
  for (let row = 0; row < batch; row++) {
    const [start, length] = [starts[row] as number, lengths[row] as number];
    if (!(start >= 0 && length >= 1 && start + length <= time)) {
      throw new UlmfitError(
        'BAD_BATCH',
        `classifier: row ${row} has ${length} tokens from column ${start} on, in a batch of ${time} columns; ` +
          'each document needs 1 at least',
      );
    }
  }
}

/** The last layer's output over all pooled windows, `[time, batch, features]`, and where they are pooled the layers below it. */
function encodeWindows<Taps>(
  encoder: Encoder<Taps>,
  { ids }: ClassifierInput,
  windows: readonly Window[],
  pass: ForwardPass<Taps>,
  pooling: Pooling,
): { output: Tensor3D; lower: Tensor3D | undefined } {
  const [batch, time] = ids.shape;
  // As the loader made them: to cut a window out on the device would mean to read it back for the check of its ids.
  const all = ids.dataSync<'int32'>();
  const windowOf = ({ start, end, rows }: Window): Tensor2D => {
    const cut = new Int32Array(rows.length * (end - start));
    rows.forEach((row, i) => cut.set(all.subarray(row * time + start, row * time + end), i * (end - start)));
    return tensor2d(cut, [rows.length, end - start], 'int32');
  };
  const encoded: Tensor3D[] = [];
  const below: Tensor3D[] = [];
  let states = encoder.initialStates(0);
  let before: readonly number[] = [];
  // A window is where the gradient ends: without one, the state may be carried on within a call as well as between two.
  for (const each of pass.training || encoder.stepwise !== true ? windows : joined(windows)) {
    const { rows, pooled } = each;
    const from = statesOfRows(encoder, states, before, rows);
    const windowIds = windowOf(each);
    if (pooled) {
      const run = () => {
        const seen: Tensor3D[] = [];
        const own = ofRows(pass, rows);
        const made = runEncoder(
          encoder,
          windowIds,
          from,
          pooling === 'all-layers' ? watchingLayers(own, seen) : own,
        );
        return { ...made, lower: pooling === 'all-layers' ? [layersSideBySide(encoder, seen)] : [] };
      };
      // Outside training nothing but the results is needed later: memory does not grow with the document.
      const { output, lower, states: after } = pass.training ? run() : tidy(run);
      states = pass.training ? offTape(() => after) : after;
      encoded.push(spreadRows(output, rows, batch));
      below.push(...lower.map((each) => spreadRows(each, rows, batch)));
    } else {
      states = carryStates(encoder, windowIds, from, pass);
    }
    before = rows;
  }
  return { output: concat(encoded), lower: below.length > 0 ? concat(below) : undefined };
}
