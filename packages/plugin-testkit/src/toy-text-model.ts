import * as tf from '@tensorflow/tfjs-core';
import { embeddingLookup, randomKey, uniformValues } from '@ulmfit/kernels';
import {
  buffer,
  parameter,
  parameterGroup,
  timeMajor,
  type Cursor,
  type Loader,
  type Model,
  type TimeMajor,
} from '@ulmfit/trainer';

/** Some rows of ids, with a number for each. */
export interface ToyTextBatch {
  /** int32 `[rows, time]` */
  readonly ids: tf.Tensor2D;
  /** `[rows, 1]` */
  readonly y: tf.Tensor2D;
  /** How far through the epoch the batch is, above 0 to 1. */
  readonly rateScale?: number;
}

/** The taps of the AWD-LSTM's language model and classifier, with what they tell there. */
export interface ToyTextTaps {
  /** The rows looked up, `[time, rows, features]`; `ids` is int32 `[time, rows]`. */
  embedding: TimeMajor & { ids: tf.Tensor; vocabulary: number };
  /** `[time, rows, features]` */
  input: TimeMajor;
  /** `[features, features]` */
  weightHh: { layer: number };
  /** `[time, rows, features]` */
  hidden: TimeMajor & { layer: number };
  /** `[time, rows, features]` */
  output: TimeMajor;
  /** `[time, rows, features]` */
  raw: TimeMajor;
  /** `[time, rows, features]` */
  dropped: TimeMajor;
  /** `[rows, features]` */
  head: { block: number };
}

const taps = ['embedding', 'input', 'weightHh', 'hidden', 'output', 'raw', 'dropped', 'head'] as const;
const VOCABULARY = 9;
const FEATURES = 3;
const TIME = 2;

/**
 * Two recurrent layers and a head that make a number of each row of ids, with all taps of the AWD-LSTM's models. It carries a
 * state from batch to batch and has a running mean as its buffer. Groups: `embedding`, `rnn`, `head`.
 * @example
 * const trainer = createTrainer({ model: toyTextModel(), optimizer: momentumSgd(), plugins: [weightDrop(0.5)] });
 */
export function toyTextModel(): Model<ToyTextBatch, tf.Tensor2D, ToyTextTaps> {
  const matrix = (name: string, rows: number, columns = FEATURES) => {
    const values = uniformValues(rows * columns, -1, 1, randomKey({ seed: 2, stream: name }));
    return parameter(name, 'weight', tf.tensor2d(values, [rows, columns]));
  };
  const embedding = matrix('embedding', VOCABULARY);
  const layers = [0, 1].map((l) => ({
    ih: matrix(`rnn${l}.weightIh`, FEATURES),
    hh: matrix(`rnn${l}.weightHh`, FEATURES),
  }));
  const [hidden, last] = [matrix('head.0', FEATURES), matrix('head.1', FEATURES, 1)];
  const bias = parameter('head.bias', 'bias', tf.zeros([1]));
  const mean = buffer('mean', tf.zeros([1, FEATURES]));
  const groups = [
    parameterGroup('embedding', [embedding]),
    parameterGroup(
      'rnn',
      layers.flatMap(({ ih, hh }) => [ih, hh]),
    ),
    parameterGroup('head', [hidden, last, bias]),
  ];
  return {
    name: 'toy text model',
    groups,
    buffers: [mean],
    taps,
    forward({ ids }, pass) {
      const byTime = tf.transpose(ids);
      const looked = embeddingLookup(embedding.variable as tf.Tensor2D, byTime) as tf.Tensor3D;
      let x = pass.tap('embedding', looked, { ...timeMajor, ids: byTime, vocabulary: VOCABULARY });
      x = pass.tap('input', x, timeMajor);
      for (const [layer, { ih, hh }] of layers.entries()) {
        const recurrent = pass.tap('weightHh', hh.variable as tf.Tensor2D, { layer });
        let h = (pass.carried(`rnn.${layer}`) ?? tf.zeros([1, FEATURES])) as tf.Tensor2D;
        const outputs = tf.unstack(x).map((input) => {
          h = tf.tanh(tf.add(tf.matMul(input as tf.Tensor2D, ih.variable), tf.matMul(h, recurrent)));
          return h;
        });
        // The mean over the rows, so that batches may be of different sizes.
        pass.carry(`rnn.${layer}`, tf.mean(h, 0, true));
        x = tf.stack(outputs) as tf.Tensor3D;
        if (layer < layers.length - 1) x = pass.tap('hidden', x, { ...timeMajor, layer });
      }
      x = pass.tap('output', pass.tap('raw', x, timeMajor), timeMajor);
      x = pass.tap('dropped', x, timeMajor);
      const pooled = tf.mean<tf.Tensor2D>(x, 0);
      if (pass.training) {
        const rowMean = tf.mean(pooled, 0, true);
        pass.update(mean, tf.add(tf.mul(pass.read(mean), 0.9), tf.mul(rowMean, 0.1)));
      }
      const inner = tf.tanh(tf.matMul(pass.tap('head', pooled, { block: 0 }), hidden.variable));
      return tf.add(
        tf.matMul(pass.tap('head', inner as tf.Tensor2D, { block: 1 }), last.variable),
        bias.variable,
      );
    },
    loss: (output, { y }) => tf.mean(tf.square(tf.sub(output, y))),
    targets: ({ ids }) => ids.shape[0],
    dispose: () =>
      tf.dispose([...groups.flatMap(({ parameters }) => parameters), mean].map((p) => p.variable)),
  };
}

/**
 * Batches for {@link toyTextModel} of these sizes, with other ids in each epoch.
 * @example
 * const trainer = createTrainer({ model: toyTextModel(), optimizer: momentumSgd() });
 * await trainer.fit({ stage: 'toy', train: toyTextLoader([3, 2]), epochs: 1 });
 */
export function toyTextLoader(sizes: readonly number[], seed = 7) {
  return {
    batches: () => sizes.length,
    *open({ epoch, batch }: Cursor): Generator<ToyTextBatch> {
      for (let i = batch; i < sizes.length; i++) {
        const rows = sizes[i] as number;
        const key = randomKey({ seed, stream: 'ids', step: epoch, call: i });
        const values = Int32Array.from(uniformValues(rows * TIME, 0, VOCABULARY, key));
        const ids = tf.tensor2d(values, [rows, TIME], 'int32');
        const y = Array.from({ length: rows }, (_, row) => [(values[row * TIME] as number) / VOCABULARY]);
        yield { ids, y: tf.tensor2d(y), rateScale: (i + 1) / sizes.length };
      }
    },
  } satisfies Loader<ToyTextBatch>;
}
