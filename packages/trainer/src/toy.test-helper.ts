import * as tf from '@tensorflow/tfjs-core';
import { type UlmfitError } from '@ulmfit/errors';
import { permutation, randomKey, uniformValues } from '@ulmfit/kernels';
import {
  buffer,
  createTrainer,
  memoryStore,
  parameter,
  parameterGroup,
  type Cursor,
  type Loader,
  type Metric,
  type Model,
  type Optimizer,
  type OptimizerFactory,
  type PluginList,
  type StateDict,
  type Trainer,
  type TrainingPlugin,
} from './index.js';

export interface ToyBatch {
  /** `[rows, 2]` */
  readonly x: tf.Tensor2D;
  /** `[rows, 1]` */
  readonly y: tf.Tensor2D;
}

export interface ToyTaps {
  input: Record<never, never>;
  hidden: { layer: number };
}

export type ToyPlugin = TrainingPlugin<ToyBatch, tf.Tensor2D, ToyTaps>;
export type ToyTrainer = Trainer<ToyBatch, tf.Tensor2D, ToyTaps>;

export interface ToyOptions {
  /** Whether the hidden mean of one pass goes into the next. */
  readonly carries?: boolean;
  /** Whether training draws noise. */
  readonly noisy?: boolean;
}

/** Three layers in three groups, with a running mean as its buffer. */
export function toyModel({ carries = false, noisy = false }: ToyOptions = {}): Model<
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

/** Rows in another order in each epoch, in batches of these sizes. */
export function toyLoader(sizes: readonly number[], seed = 7) {
  const rows = sizes.reduce((a, b) => a + b, 0);
  const x = uniformValues(rows * 2, -1, 1, randomKey({ seed, stream: 'rows' }));
  return {
    batches: () => sizes.length,
    *open({ epoch, batch }: Cursor): Generator<ToyBatch> {
      const order = permutation(rows, randomKey({ seed, stream: 'shuffle', step: epoch }));
      let from = 0;
      for (const [i, size] of sizes.entries()) {
        const chosen = [...order.slice(from, from + size)];
        from += size;
        if (i < batch) continue;
        const xs = chosen.map((r) => [x[2 * r] as number, x[2 * r + 1] as number]);
        yield { x: tf.tensor2d(xs), y: tf.tensor2d(xs.map(([a = 0, b = 0]) => [a * b + a])) };
      }
    },
  } satisfies Loader<ToyBatch>;
}

/** Momentum SGD in ten lines, keyed by parameter name; with `average`, validates by the mean of all iterates. */
export function momentumSgd({ lr = 0.1, average = false } = {}): OptimizerFactory {
  return {
    defaults: { lr, momentum: 0.9 },
    create: (groups) => {
      let steps = 0;
      const state = new Map<string, tf.Tensor>();
      const set = (key: string, t: tf.Tensor) => {
        state.get(key)?.dispose();
        state.set(key, tf.keep(t));
      };
      const clear = () => {
        tf.dispose([...state.values()]);
        state.clear();
        steps = 0;
      };
      const optimizer: Optimizer = {
        name: 'momentumSgd',
        step: (gradients) =>
          tf.tidy(() => {
            steps++;
            for (const { parameters, hyper } of groups) {
              for (const { name, variable } of parameters) {
                const g = gradients[name];
                if (!g) continue;
                const old = state.get(`velocity/${name}`);
                set(`velocity/${name}`, old ? tf.add(tf.mul(old, hyper.momentum), g) : g.clone());
                const v = state.get(`velocity/${name}`) as tf.Tensor;
                variable.assign(tf.sub(variable, tf.mul(v, hyper.lr)));
                const mean = state.get(`mean/${name}`) ?? tf.zerosLike(v);
                set(`mean/${name}`, tf.add(mean, tf.div(tf.sub(variable, mean), steps)));
              }
            }
          }),
        ...(average
          ? {
              evaluationWeights: () =>
                steps === 0
                  ? undefined
                  : Object.fromEntries(
                      [...state].flatMap(([k, t]) => (k.startsWith('mean/') ? [[k.slice(5), t]] : [])),
                    ),
            }
          : {}),
        stateDict: () => ({ json: { steps }, tensors: Object.fromEntries(state) }),
        loadStateDict: ({ json, tensors }) => {
          clear();
          steps = (json as { steps: number }).steps;
          for (const [key, t] of Object.entries(tensors)) set(key, t.clone());
        },
        reset: clear,
        dispose: clear,
      };
      return optimizer;
    },
  };
}

export interface ToyTrainerOptions extends ToyOptions {
  readonly plugins?: PluginList<ToyBatch, tf.Tensor2D, ToyTaps>;
  readonly metrics?: readonly Metric<ToyBatch, tf.Tensor2D>[];
  readonly lr?: number;
  readonly average?: boolean;
  readonly seed?: number;
}

export function toyTrainer({
  plugins = [],
  metrics = [],
  lr,
  average,
  seed = 3,
  ...model
}: ToyTrainerOptions = {}) {
  return createTrainer({
    model: toyModel(model),
    optimizer: momentumSgd({
      ...(lr === undefined ? {} : { lr }),
      ...(average === undefined ? {} : { average }),
    }),
    plugins,
    metrics,
    seed,
  });
}

/** A plugin that copies the state at every moment to save, through real JSON. */
export function recorder() {
  const store = memoryStore();
  const moments: string[] = [];
  const plugin: ToyPlugin = {
    name: 'recorder',
    save: async (ctx, moment) => {
      const { json, tensors } = ctx.stateDict();
      const info = { name: String(moments.length), stage: ctx.stage, epoch: ctx.epoch, step: ctx.step };
      moments.push(moment);
      await store.save(info, { json: JSON.parse(JSON.stringify(json)) as StateDict['json'], tensors });
    },
  };
  return { store, moments, plugin };
}

/** Frees a toy trainer and its model. */
export function disposeToy(trainer: ToyTrainer): void {
  trainer.dispose();
  trainer.model.dispose();
}

/** Every number of the tensors, for comparisons bit by bit. */
export function numbers(tensors: StateDict['tensors']): Record<string, number[]> {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, [...t.dataSync()]]));
}

/** Parameters and buffers as numbers. */
export function weights(trainer: ToyTrainer): Record<string, number[]> {
  const { tensors } = trainer.stateDict();
  return numbers(
    Object.fromEntries(Object.entries(tensors).filter(([name]) => /^(parameter|buffer)\//.test(name))),
  );
}

/** Matches a `UlmfitError` of this code whose message is one line. */
export function ulmfitError(code: string, message: RegExp = /./) {
  return {
    asymmetricMatch: (error: UlmfitError) =>
      error.name === 'UlmfitError' &&
      error.code === code &&
      message.test(error.message) &&
      !error.message.includes('\n'),
    toString: () => 'UlmfitError',
    toAsymmetricMatcher: () => `UlmfitError<${code}, ${message}>`,
  };
}

/** What a function throws. */
export function thrown(f: () => unknown): unknown {
  try {
    f();
  } catch (error) {
    return error;
  }
  return undefined;
}
