import * as tf from '@tensorflow/tfjs-core';
import type { FastKernelName } from '@ulmfit/kernels';
import type { Loader, Model, TrainingPlugin } from '@ulmfit/trainer';
import type { LanguageModelInput } from './language-model.js';

/** A vocabulary of 11 words, small enough for plain JavaScript. */
export const tiny = { vocabulary: 11, embedding: 3, hidden: 4, layers: 3 };

/** `rows` of made-up ids from 2 on, `[rows, time]`. */
export function someIds(rows: number, time: number, seed = 1): number[][] {
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: time }, (_, t) => 2 + ((seed * 5 + r * 7 + t * t * 3 + t) % (tiny.vocabulary - 2))),
  );
}

/** A window of ids with the targets that follow. */
export function windowOf(ids: number[][], from = 0, to = (ids[0]?.length ?? 1) - 1): LanguageModelInput {
  return {
    ids: tf.tensor2d(
      ids.map((row) => row.slice(from, to)),
      undefined,
      'int32',
    ),
    targets: tf.tensor2d(
      ids.map((row) => row.slice(from + 1, to + 1)),
      undefined,
      'int32',
    ),
  };
}

/** Gives these batches again in each epoch. */
export function loaderOf<Batch>(makers: readonly (() => Batch)[]): Loader<Batch> {
  return {
    batches: () => makers.length,
    *open({ batch }) {
      for (const make of makers.slice(batch)) yield make();
    },
  };
}

export const numbersOf = (t: tf.Tensor): number[] => Array.from(t.dataSync());

/** All weights and statistics of a model by name, as numbers. */
export function weightsOf<Taps>(model: Pick<Model<never, unknown, Taps>, 'groups' | 'buffers'>) {
  const all = [...model.groups.flatMap((g) => g.parameters), ...(model.buffers ?? [])];
  return Object.fromEntries(all.map(({ name, variable }) => [name, numbersOf(variable)]));
}

/** Records the gradients of each step, by parameter. */
export function gradientRecorder() {
  const steps: Record<string, number[]>[] = [];
  const plugin: TrainingPlugin = {
    name: 'gradientRecorder',
    gradients: (gradients) => {
      steps.push(Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, numbersOf(g)])));
      return gradients;
    },
  };
  return { steps, plugin };
}

/** What one matrix product was given. */
export interface SeenProduct {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly transposeA: boolean;
}

/**
 * Runs `body` with every product of the kernels recorded. Those of a backward pass through an LSTM layer are: by time
 * `dz x weightHh`, and for the weights one with `transposeA`.
 */
export async function recordProducts(body: () => Promise<unknown>): Promise<SeenProduct[]> {
  const seen: SeenProduct[] = [];
  const matMul = tf.getKernel('BatchMatMul', 'cpu').kernelFunc;
  tf.registerKernel({
    kernelName: 'UlmfitProduct' satisfies FastKernelName,
    backendName: 'cpu',
    kernelFunc: (args) => {
      const { a, b } = args.inputs;
      seen.push({
        a: a?.shape ?? [],
        b: b?.shape ?? [],
        transposeA: args.attrs?.['transposeA'] === true,
      });
      // The plain kernel multiplies stacks of matrices.
      const stacked = Object.fromEntries(
        Object.entries({ a, b }).map(([name, t]) => [name, { ...t, shape: [1, ...(t?.shape ?? [])] }]),
      );
      const made = matMul({ ...args, inputs: stacked } as typeof args);
      const info = Array.isArray(made) ? made[0] : made;
      return { ...info, shape: info?.shape.slice(1) ?? [] } as tf.TensorInfo;
    },
  });
  try {
    await body();
  } finally {
    tf.unregisterKernel('UlmfitProduct', 'cpu');
  }
  return seen;
}
