import * as tf from '@tensorflow/tfjs-core';
import { permutation, randomKey, uniformValues } from '@ulmfit/kernels';
import {
  buffer,
  parameter,
  parameterGroup,
  type Cursor,
  type Loader,
  type Model,
  type SlicedLoader,
} from '@ulmfit/trainer';

/** Rows with two numbers each, and what is learned of them. */
export interface ToyBatch {
  /** `[rows, 2]` */
  readonly x: tf.Tensor2D;
  /** `[rows, 1]` */
  readonly y: tf.Tensor2D;
  /** How far through the epoch the batch is, above 0 to 1. */
  readonly rateScale?: number;
}

/** The taps of {@link toyModel}: its input, and what passes out of each of its hidden layers. */
export interface ToyTaps {
  /** `[rows, 2]` */
  input: Record<never, never>;
  /** `[rows, 3]` */
  hidden: { layer: number };
}

export interface ToyModelOptions {
  /** Whether the hidden mean of one pass goes into the next. Default false. */
  readonly carries?: boolean;
  /** Whether training draws noise. Default false. */
  readonly noisy?: boolean;
}

/**
 * A perceptron of three layers in the groups `bottom`, `middle` and `top`, with a running mean as its buffer: small enough that
 * a fit of it takes milliseconds.
 * @example
 * const trainer = createTrainer({ model: toyModel(), optimizer: momentumSgd() });
 */
export function toyModel({ carries = false, noisy = false }: ToyModelOptions = {}): Model<
  ToyBatch,
  tf.Tensor2D,
  ToyTaps
> {
  const matrix = (name: string, rows: number, columns: number) => {
    const key = randomKey({ seed: 1, stream: name });
    const values = uniformValues(rows * columns, -1, 1, key);
    return parameter(name, 'weight', tf.tensor2d(values, [rows, columns]));
  };
  const w = [matrix('w0', 2, 3), matrix('w1', 3, 3), matrix('w2', 3, 1)];
  const mean = buffer('mean', tf.zeros([1, 3]));
  const weight = (i: number) => w[i]?.variable as tf.Variable<tf.Rank.R2>;
  return {
    name: 'toy',
    groups: ['bottom', 'middle', 'top'].map((name, i) => parameterGroup(name, w.slice(i, i + 1))),
    buffers: [mean],
    taps: ['input', 'hidden'],
    forward: ({ x }, pass) => {
      let h: tf.Tensor2D = tf.matMul(pass.tap('input', x, {}), weight(0));
      const before = pass.carried('h');
      if (before) h = tf.add(h, tf.mul(before, 0.5));
      h = pass.tap('hidden', tf.tanh(h), { layer: 0 });
      const rowMean = tf.mean(h, 0, true);
      if (carries) pass.carry('h', rowMean);
      if (pass.training) {
        pass.update(mean, tf.add(tf.mul(pass.read(mean), 0.9), tf.mul(rowMean, 0.1)));
      }
      if (noisy && pass.training) {
        h = tf.add(h, tf.tensor(uniformValues(h.size, -0.1, 0.1, pass.random('noise')), h.shape));
      }
      h = pass.tap('hidden', tf.tanh(tf.matMul(h, weight(1))), { layer: 1 });
      return tf.matMul(h, weight(2));
    },
    loss: (output, { y }) => tf.mean(tf.square(tf.sub(output, y))),
    targets: ({ x }) => x.shape[0],
    dispose: () => tf.dispose([...w, mean].map((p) => p.variable)),
  };
}

const ROWS = 4;

/** See {@link toyLoader}. */
export interface ToyLoader extends Loader<ToyBatch> {
  batches(): number;
  open(at: Cursor): Generator<ToyBatch>;
  slice(index: number, count: number): SlicedLoader<ToyBatch>;
}

/**
 * Batches for {@link toyModel}, with the rows in another order in each epoch.
 * @param batches the size of each batch, or how many there are of four rows
 * @param seed draws the rows and their order
 * @example
 * await toyTrainer().fit({ stage: 'toy', train: toyLoader(4), epochs: 2 });
 */
export function toyLoader(batches: number | readonly number[], seed = 7): ToyLoader {
  const sizes = typeof batches === 'number' ? Array.from({ length: batches }, () => ROWS) : batches;
  const rows = sizes.reduce((a, b) => a + b, 0);
  const x = uniformValues(rows * 2, -1, 1, randomKey({ seed, stream: 'rows' }));
  function* read({ epoch, batch }: Cursor, isRead: (row: number) => boolean) {
    const order = permutation(rows, randomKey({ seed, stream: 'shuffle', step: epoch }));
    let from = 0;
    for (const [i, size] of sizes.entries()) {
      const chosen = [...order.slice(from, from + size)].filter((_, row) => isRead(row));
      from += size;
      if (i < batch) continue;
      const xs = chosen.map((r) => [x[2 * r] as number, x[2 * r + 1] as number]);
      const y = () => tf.tensor2d(xs.map(([a = 0, b = 0]) => [a * b + a]));
      yield xs.length === 0 ? undefined : { x: tf.tensor2d(xs), y: y(), rateScale: (i + 1) / sizes.length };
    }
  }
  const batchesOf = () => sizes.length;
  return {
    batches: batchesOf,
    *open(at: Cursor): Generator<ToyBatch> {
      for (const batch of read(at, () => true)) if (batch) yield batch;
    },
    slice: (index: number, count: number) => ({
      batches: batchesOf,
      open: (at: Cursor): Generator<ToyBatch | undefined> => read(at, (row) => row % count === index),
    }),
  };
}
