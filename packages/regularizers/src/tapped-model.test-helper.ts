import * as tf from '@tensorflow/tfjs-core';
import { embeddingLookup } from '@ulmfit/kernels';
import {
  createTrainer,
  parameter,
  parameterGroup,
  timeMajor,
  type Loader,
  type Model,
  type Optimizer,
  type OptimizerFactory,
  type Parameter,
  type TimeMajor,
  type TrainingPlugin,
} from '@ulmfit/trainer';

/** The taps as a model declares them. */
export interface TappedModelTaps {
  embedding: { ids: tf.Tensor; vocabulary: number };
  input: TimeMajor;
  weightHh: { layer: number };
  hidden: TimeMajor & { layer: number };
  output: TimeMajor;
  raw: TimeMajor;
  dropped: object;
  head: { block: number };
}

export interface Batch {
  readonly ids: tf.Tensor2D;
}

const taps = ['embedding', 'input', 'weightHh', 'hidden', 'output', 'raw', 'dropped', 'head'] as const;

export const sizes = { vocabulary: 50, features: 40, time: 6, batch: 5, hidden: 12 };

/**
 * Passes ones through all taps of AWD-LSTM, so that what comes out of a tap is the mask. The loss is the sum of all
 * that came out of the head and of the weights.
 */
export function tappedModel(): Model<Batch, tf.Scalar, TappedModelTaps> & { parameters: Parameter[] } {
  const { vocabulary, features, hidden } = sizes;
  const table = parameter('embedding', 'weight', tf.ones<tf.Rank.R2>([vocabulary, features]));
  const weights = [0, 1].map((l) => parameter(`rnn${l}.weightHh`, 'weight', tf.ones([4 * hidden, hidden])));
  const parameters = [table, ...weights];
  return {
    name: 'tapped',
    taps,
    parameters,
    groups: [parameterGroup('all', parameters)],
    forward: ({ ids }, pass) => {
      let x = embeddingLookup(table.variable, ids);
      x = pass.tap('embedding', x, { ids, vocabulary });
      x = pass.tap('input', x, timeMajor);
      const dropped = weights.map(({ variable }, layer) =>
        tf.sum(pass.tap('weightHh', variable as tf.Tensor, { layer })),
      );
      for (const layer of [0, 1]) x = pass.tap('hidden', x, { ...timeMajor, layer });
      x = pass.tap('raw', x, timeMajor);
      x = pass.tap('output', x, timeMajor);
      x = pass.tap('dropped', x, timeMajor);
      let pooled = tf.mean(x, 0);
      for (const block of [0, 1]) pooled = pass.tap('head', pooled, { block });
      return tf.addN([tf.sum(pooled), ...dropped]) as tf.Scalar;
    },
    loss: (output) => tf.clone(output),
    targets: () => 1,
    dispose: () => tf.dispose(parameters.map((p) => p.variable)),
  };
}

/** Random ids with many repetitions. */
export function idsOf(step: number): number[][] {
  const { time, batch, vocabulary } = sizes;
  return Array.from({ length: time }, (_, t) =>
    Array.from({ length: batch }, (_, b) => (t * 7 + b * 3 + step + t * b) % Math.ceil(vocabulary / 3)),
  );
}

export const loader = (batches: number): Loader<Batch> => ({
  batches: () => batches,
  open: function* ({ batch }) {
    for (let i = batch; i < batches; i++) yield { ids: tf.tensor2d(idsOf(i), undefined, 'int32') };
  },
});

/** Leaves the weights alone. */
const still: OptimizerFactory<Optimizer> = {
  defaults: { lr: 0 },
  create: () => ({
    name: 'still',
    step: () => undefined,
    reset: () => undefined,
    dispose: () => undefined,
    stateDict: () => ({ json: null, tensors: {} }),
    loadStateDict: () => undefined,
  }),
};

/** What came out of a tap. */
export interface Passed {
  readonly tap: string;
  readonly step: number;
  readonly context: Record<string, unknown>;
  readonly shape: number[];
  readonly values: number[];
}

/** Trains on ones and tells what came out of the taps, the gradients, and the figures of each step. */
export async function observe(
  plugins: readonly TrainingPlugin<unknown, unknown, TappedModelTaps>[],
  { steps = 1, seed = 0, accumulate = 1 } = {},
) {
  const passed: Passed[] = [];
  const gradients: Record<string, number[]>[] = [];
  const figures: Record<string, number>[] = [];
  let validation: Record<string, number> | undefined;
  let step = 0;
  const see = (tap: string) => (x: tf.Tensor, _pass: unknown, context: object) => {
    const { ids: _, ...rest } = context as Record<string, unknown>;
    passed.push({ tap, step, context: rest, shape: x.shape, values: [...x.dataSync()] });
  };
  const recorder: TrainingPlugin<unknown, unknown, TappedModelTaps> = {
    name: 'recorder',
    enforce: 'post',
    beforeBatch: (ctx) => {
      step = ctx.step;
    },
    observe: Object.fromEntries(taps.map((tap) => [tap, see(tap)])),
    gradients: (g) => {
      gradients.push(Object.fromEntries(Object.entries(g).map(([name, t]) => [name, [...t.dataSync()]])));
      return g;
    },
    afterStep: (ctx) => void figures.push({ ...ctx.last }),
    afterValidate: (ctx) => {
      validation = { ...ctx.validation };
    },
  };
  const model = tappedModel();
  const trainer = createTrainer({ model, optimizer: still, plugins: [...plugins, recorder], seed });
  await trainer.fit({ stage: 'test', train: loader(steps), validate: loader(1), epochs: 1, accumulate });
  const weights = model.parameters.map((p) => [...p.variable.dataSync()]);
  const hyper = [...trainer.groups].map((g) => ({ ...g.hyper }));
  trainer.dispose();
  model.dispose();
  const at = (tap: string, where: Record<string, unknown> = {}) =>
    passed.filter((p) => p.tap === tap && Object.entries(where).every(([k, v]) => p.context[k] === v));
  return { passed, at, gradients, figures, validation, weights, hyper };
}
