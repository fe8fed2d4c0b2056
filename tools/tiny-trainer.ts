import * as tf from '@tensorflow/tfjs-core';
import {
  createTrainer,
  parameter,
  parameterGroup,
  type Json,
  type Loader,
  type Model,
  type OptimizerFactory,
  type TrainerOptions,
} from '@ulmfit/trainer';

export interface TinyBatch {
  readonly x: tf.Tensor2D;
  readonly y: tf.Tensor2D;
  readonly rateScale: number;
}

/** Plain SGD with momentum, its state keyed by parameter name. */
export const sgd: OptimizerFactory = {
  defaults: { lr: 0.1, momentum: 0.5 },
  create: (groups) => {
    let velocities: Record<string, tf.Tensor> = {};
    const replace = (next: Record<string, tf.Tensor>) => {
      tf.dispose(Object.values(velocities));
      velocities = next;
    };
    return {
      name: 'sgd',
      step: (gradients) => {
        const next = { ...velocities };
        for (const { parameters, hyper } of groups) {
          for (const { name, variable } of parameters) {
            const gradient = gradients[name];
            if (!gradient) continue;
            const old = velocities[name];
            const velocity = tf.tidy(() => (old ? old.mul(hyper.momentum).add(gradient) : gradient.clone()));
            old?.dispose();
            next[name] = tf.keep(velocity);
            tf.tidy(() => variable.assign(variable.sub(velocity.mul(hyper.lr))));
          }
        }
        velocities = next;
      },
      stateDict: () => ({ json: null as Json, tensors: velocities }),
      loadStateDict: ({ tensors }) =>
        replace(Object.fromEntries(Object.entries(tensors).map(([k, t]) => [k, tf.keep(t.clone())]))),
      reset: () => replace({}),
      dispose: () => replace({}),
    };
  },
};

/** A product of matrices in three groups: linear regression. */
export function tinyModel(): Model<TinyBatch, tf.Tensor2D> {
  const matrix = (name: string, rows: number, columns: number) => {
    const values = Array.from({ length: rows * columns }, (_, i) => Math.sin(i + 1) / 2);
    return parameter(name, 'weight', tf.tensor2d(values, [rows, columns]));
  };
  const parameters = [matrix('w0', 2, 3), matrix('w1', 3, 3), matrix('w2', 3, 1)];
  return {
    name: 'tiny',
    taps: [],
    groups: ['bottom', 'middle', 'top'].map((name, i) => parameterGroup(name, parameters.slice(i, i + 1))),
    forward: ({ x }) => parameters.reduce((h: tf.Tensor2D, p) => tf.matMul(h, p.variable as tf.Tensor2D), x),
    loss: (output, { y }) => output.sub(y).square().mean(),
    targets: ({ y }) => y.shape[0],
    dispose: () => tf.dispose(parameters.map((p) => p.variable)),
  };
}

/** Batches of four rows that are a function of the cursor. */
export function tinyLoader(batches: number): Loader<TinyBatch> {
  return {
    batches: () => batches,
    *open({ epoch, batch }) {
      for (let b = batch; b < batches; b++) {
        const x = Array.from({ length: 8 }, (_, i) => Math.cos(epoch * 7 + b * 3 + i));
        const y = Array.from({ length: 4 }, (_, i) => (x[2 * i] as number) - 2 * (x[2 * i + 1] as number));
        yield { x: tf.tensor2d(x, [4, 2]), y: tf.tensor2d(y, [4, 1]), rateScale: (b + 1) / batches };
      }
    },
  };
}

type Options = Omit<
  TrainerOptions<TinyBatch, tf.Tensor2D, Record<never, never>, ReturnType<typeof sgd.create>>,
  'model' | 'optimizer'
>;

export function tinyTrainer(options: Options = {}) {
  return createTrainer({ model: tinyModel(), optimizer: sgd, ...options });
}

/** Every number of a trainer's state, for comparisons. */
export function numbersOf(trainer: ReturnType<typeof tinyTrainer>) {
  const { json, tensors } = trainer.stateDict();
  return {
    json,
    tensors: Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, Array.from(t.dataSync())])),
  };
}
