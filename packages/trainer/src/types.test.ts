import type * as tf from '@tensorflow/tfjs-core';
import { expect, expectTypeOf, it } from 'vitest';
import {
  createTrainer,
  type ForwardPass,
  type Metric,
  type Model,
  type Optimizer,
  type OptimizerFactory,
  type StateDict,
  type Trainer,
  type TrainingPlugin,
} from './index.js';
import { momentumSgd, toyModel, type ToyBatch, type ToyTaps } from './toy.test-helper.js';

// Type-checked by `tsc -p tsconfig.test.json`; nothing here needs to run.
interface TextBatch {
  readonly ids: Int32Array;
}
interface TextOutput {
  readonly logits: tf.Tensor3D;
}
interface TextTaps {
  embedded: { ids: tf.Tensor };
}
const typed = <Batch, Output, Taps>(plugin: TrainingPlugin<Batch, Output, Taps>) => plugin;
const model = toyModel();
const optimizer = momentumSgd();

it('a plugin without demands goes with every model', () => {
  const clip: TrainingPlugin = { name: 'clip', gradients: (g) => g };
  createTrainer({ model, optimizer, plugins: [clip] });
  expectTypeOf(clip).toExtend<TrainingPlugin<ToyBatch, tf.Tensor2D, ToyTaps>>();
  expectTypeOf(clip).toExtend<TrainingPlugin<TextBatch, TextOutput, TextTaps>>();
});

it('a plugin that demands less than the model gives goes with it', () => {
  const plugin = typed<{ x: tf.Tensor }, tf.Tensor, Pick<ToyTaps, 'hidden'>>({
    name: 'p',
    taps: ['hidden'],
    beforeBatch: (_, { x }) => void x.shape,
    rewrite: { hidden: (x) => x },
  });
  createTrainer({ model, optimizer, plugins: [plugin] });
});

it('a plugin for another batch does not compile', () => {
  const plugin = typed<TextBatch, unknown, object>({
    name: 'p',
    beforeBatch: (_, { ids }) => void ids.length,
  });
  // @ts-expect-error -- the toy's batches have no ids
  createTrainer({ model, optimizer, plugins: [plugin] });
  expectTypeOf(plugin).not.toExtend<TrainingPlugin<ToyBatch, tf.Tensor2D, ToyTaps>>();
});

it('a plugin for another output does not compile', () => {
  const plugin = typed<unknown, TextOutput, object>({ name: 'p', loss: ({ output }) => void output.logits });
  // @ts-expect-error -- the toy's output is a tensor
  createTrainer({ model, optimizer, plugins: [plugin] });
  expectTypeOf(plugin).not.toExtend<TrainingPlugin<ToyBatch, tf.Tensor2D, ToyTaps>>();
});

it('a plugin for taps that the model lacks does not compile', () => {
  const plugin = typed<unknown, unknown, TextTaps>({ name: 'p', rewrite: { embedded: (x) => x } });
  // @ts-expect-error -- the toy has no tap `embedded`
  const lacking = () => createTrainer({ model, optimizer, plugins: [plugin] });
  // In JavaScript it is an error at set-up.
  expect(lacking).toThrow('p uses the tap embedded; toy has input, hidden');
  const both = typed<unknown, unknown, TextTaps & ToyTaps>({ name: 'p' });
  // @ts-expect-error -- one tap too many is enough
  createTrainer({ model, optimizer, plugins: [both] });
  expectTypeOf(plugin).not.toExtend<TrainingPlugin<ToyBatch, tf.Tensor2D, ToyTaps>>();
});

it('a plugin that reads from a tap what the model does not tell does not compile', () => {
  const plugin = typed<unknown, unknown, { hidden: { ids: tf.Tensor } }>({
    name: 'p',
    observe: { hidden: (_, __, { ids }) => void ids.shape },
  });
  // @ts-expect-error -- the toy's `hidden` tells the layer, not ids
  createTrainer({ model, optimizer, plugins: [plugin] });
});

it('a misspelt hook, tap or hyperparameter does not compile', () => {
  // @ts-expect-error -- beforeSteps is no hook
  typed<unknown, unknown, object>({ name: 'p', beforeSteps: () => undefined });
  // @ts-expect-error -- hiden is no tap
  typed<unknown, unknown, ToyTaps>({ name: 'p', rewrite: { hiden: (x: tf.Tensor) => x } });
  // @ts-expect-error -- the learning rate is a product: a plugin gives a factor
  typed<unknown, unknown, object>({ name: 'p', hyper: { lr: () => 1 } });
  // @ts-expect-error -- inptu is no tap of a plugin without taps
  const without: TrainingPlugin = { name: 'p', rewrite: { inptu: (x: tf.Tensor) => x } };
  expectTypeOf(without).toExtend<TrainingPlugin>();
});

it('a hook within a step that waits for something does not compile', () => {
  // @ts-expect-error -- hooks within a step are synchronous
  typed<unknown, unknown, object>({ name: 'p', afterStep: () => Promise.resolve() });
  // @ts-expect-error -- an async function is one that waits
  typed<unknown, unknown, object>({ name: 'p', beforeBatch: async () => undefined });
  // @ts-expect-error -- so are gradients
  typed<unknown, unknown, object>({ name: 'p', gradients: (g) => Promise.resolve(g) });
  typed<unknown, unknown, object>({ name: 'p', afterEpoch: () => Promise.resolve() });
});

it('a plugin names the shape of its state, without a cast', () => {
  let best: { step: number; losses: number[] } = { step: 0, losses: [] };
  const plugin: TrainingPlugin = {
    name: 'p',
    stateDict: () => ({ json: best, tensors: {} }),
    loadStateDict({ json }: StateDict<typeof best>) {
      best = json;
    },
  };
  createTrainer({ model, optimizer, plugins: [plugin] });
  // @ts-expect-error -- JSON has no dates
  typed<unknown, unknown, object>({ name: 'p', stateDict: () => ({ json: new Date(), tensors: {} }) });
});

it('holds for the plugins of one fit, its loaders and metrics too', () => {
  const trainer = createTrainer({ model, optimizer });
  expectTypeOf(trainer).toExtend<Trainer<ToyBatch, tf.Tensor2D, ToyTaps>>();
  type Fit = Parameters<typeof trainer.fit>[0];
  expectTypeOf<TrainingPlugin<TextBatch>>().not.toExtend<NonNullable<Fit['plugins']>[number]>();
  expectTypeOf<{ batches(): number; open(): Iterator<TextBatch> }>().not.toExtend<Fit['train']>();
  const metric: Metric<TextBatch> = { name: 'm', measure: (_, { ids }) => ({ sum: ids.length, weight: 1 }) };
  // @ts-expect-error -- the toy's batches have no ids
  createTrainer({ model, optimizer, metrics: [metric] });
});

it('a model taps only what it declares, and tells what belongs to it', () => {
  const forward = (pass: ForwardPass<ToyTaps>, x: tf.Tensor2D) => {
    expectTypeOf(pass.tap('hidden', x, { layer: 0 })).toEqualTypeOf<tf.Tensor2D>();
    // @ts-expect-error -- no such tap
    pass.tap('cell', x, {});
    // @ts-expect-error -- the layer is missing
    pass.tap('hidden', x, {});
  };
  expectTypeOf(forward).returns.toBeVoid();
  expectTypeOf<Model<ToyBatch, tf.Tensor2D, ToyTaps>['taps']>().toEqualTypeOf<
    readonly ('input' | 'hidden')[]
  >();
});

it('the trainer knows its optimizer', () => {
  interface Special extends Optimizer {
    readonly triggered: boolean;
  }
  const special = optimizer as OptimizerFactory as unknown as OptimizerFactory<Special>;
  expectTypeOf(createTrainer({ model, optimizer: special }).optimizer).toEqualTypeOf<Special>();
});
