import * as tf from '@tensorflow/tfjs-core';
import {
  parameter,
  parameterGroup,
  parameterGroups,
  type Loader,
  type Model,
  type Parameter,
} from '@ulmfit/trainer';

export interface ToyBatch {
  readonly x: tf.Tensor2D;
  readonly y: tf.Tensor2D;
}

/** A linear regression in two groups: the weights below, the bias on top. */
export function toyModel(): Model<ToyBatch, tf.Tensor2D> & { readonly parameters: Parameter[] } {
  const w = parameter('body.weight', 'weight', tf.tensor2d([[0.5], [-1.25], [2]]));
  const b = parameter('head.bias', 'bias', tf.tensor1d([0.25]));
  return {
    name: 'toy',
    parameters: [w, b],
    groups: [parameterGroup('body', [w]), parameterGroup('head', [b])],
    taps: [],
    forward: ({ x }) => tf.add(tf.matMul(x, w.variable), b.variable),
    loss: (output, { y }) => tf.mean(tf.square(tf.sub(output, y))),
    targets: ({ x }) => x.shape[0],
    dispose: () => tf.dispose([w.variable, b.variable]),
  };
}

/** Rows of a fixed function, in batches of the given sizes, the same each epoch. */
export function toyLoader(sizes: readonly number[]): Loader<ToyBatch> {
  return {
    batches: () => sizes.length,
    open: function* ({ batch }) {
      for (let i = batch; i < sizes.length; i++) {
        const start = sizes.slice(0, i).reduce((a, b) => a + b, 0);
        const rows = Array.from({ length: sizes[i] as number }, (_, k) => {
          const t = start + k;
          return [Math.sin(t), Math.cos(2 * t), Math.sin(3 * t + 1)];
        });
        yield {
          x: tf.tensor2d(rows),
          y: tf.tensor2d(rows.map(([a = 0, b = 0, c = 0]) => [a - 2 * b + 0.5 * c + 1])),
        };
      }
    },
  } as Loader<ToyBatch>;
}

export const references = {
  w: [
    [0.5, -1.25, 2],
    [0.1, 0, -0.3],
  ],
  b: [0.25, -0.75],
} as const;

/** The two parameters and four gradients that the reference numbers of the tests were made with. */
export function vectors() {
  const w = parameter('body.weight', 'weight', tf.tensor2d(references.w as unknown as number[][]));
  const b = parameter('head.bias', 'bias', tf.tensor1d([...references.b]));
  const groups = parameterGroups([parameterGroup('body', [w]), parameterGroup('head', [b])]);
  const gradients = (k: number) => ({
    'body.weight': tf.mul(
      tf.tensor2d([
        [0.1, -0.2, 0.3],
        [1, 0, -2],
      ]),
      (k + 1) * (-1) ** k,
    ) as tf.Tensor,
    'head.bias': tf.mul(tf.tensor1d([0.05, -0.4]), k + 2) as tf.Tensor,
  });
  return { w, b, groups, gradients };
}

/** All elements of a tensor, row by row. */
export const numbers = (t: tf.Tensor): number[] => [...t.dataSync()];
