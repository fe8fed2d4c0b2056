import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  checkpointing,
  createTrainer,
  memoryStore,
  type CheckpointStore,
  type TrainingContext,
} from '../index.js';
import {
  disposeToy,
  momentumSgd,
  toyLoader,
  toyModel,
  toyTrainer,
  type ToyBatch,
  type ToyPlugin,
} from '../toy.test-helper.js';

const tensors = () => tf.memory().numTensors;

/** Uses every place where a plugin makes tensors. */
function busy(): ToyPlugin {
  let hidden: tf.Tensor | undefined;
  let kept: tf.Tensor | undefined;
  const forget = () => kept?.dispose();
  return {
    name: 'busy',
    rewrite: {
      input: (x) => tf.mul(x, 1.01),
      hidden: (x, pass) => tf.mul(x, 1 + pass.random('busy').counter[0] / 1e6),
    },
    observe: { hidden: (x) => void (hidden = x) },
    loss: () => ({ squares: tf.mean(tf.square(hidden as tf.Tensor)) as tf.Scalar }),
    gradients: (gradients, _, report) => {
      report('scale', tf.scalar(2));
      forget();
      kept = tf.keep(tf.sum(gradients['w0'] as tf.Tensor));
      return Object.fromEntries(
        Object.entries(gradients).map(([k, g]) => [k, k === 'w2' ? g : tf.mul(g, 2)]),
      );
    },
    afterFit: forget,
    onError: forget,
  };
}

async function emptied(store: CheckpointStore) {
  for (const { name } of await store.list()) await store.remove(name);
}

describe('the number of tensors', () => {
  it.each([1, 3])(
    'is the same after every step and after the fit, with %i micro-batches a step',
    async (accumulate) => {
      const before = tensors();
      const trainer = toyTrainer({ carries: true, noisy: true, average: true, plugins: [busy()] });
      const counts: number[] = [];
      const count: ToyPlugin = {
        name: 'count',
        enforce: 'post',
        afterBatch: () => void counts.push(tensors()),
      };
      // The rest of a batch list, so that the last batch has none read ahead of it, is left out of the comparison.
      const train = toyLoader(Array.from({ length: 51 * accumulate }, () => 2));
      await trainer.fit({ stage: 's', train, epochs: 1, accumulate, plugins: [count] });
      expect(counts).toHaveLength(51);
      expect(new Set(counts.slice(0, 50)).size).toBe(1);
      expect(counts[50]).toBe((counts[0] as number) - 2);
      disposeToy(trainer);
      expect(tensors()).toBe(before);
    },
  );

  it('is as before after fits with validation, checkpoints and resumption', async () => {
    const before = tensors();
    const store = memoryStore();
    const make = () =>
      toyTrainer({
        carries: true,
        average: true,
        plugins: [busy(), checkpointing({ store, everySeconds: 0, keep: 3 })],
      });
    const options = { stage: 's', train: toyLoader([2, 2, 2]), validate: toyLoader([2, 2]) };
    const trainer = make();
    await trainer.fit({ ...options, epochs: 2 });
    disposeToy(trainer);
    const resumed = make();
    const state = await store.load('s-00000004');
    resumed.loadStateDict(state);
    resumed.loadStateDict(state);
    tf.dispose(state.tensors);
    await resumed.fit({ ...options, epochs: 2 });
    await resumed.evaluate(toyLoader([1, 2]));
    disposeToy(resumed);
    const unused = make();
    const other = await store.load('s-00000006');
    unused.loadStateDict(other);
    tf.dispose(other.tensors);
    disposeToy(unused);
    await emptied(store);
    expect(tensors()).toBe(before);
  });

  it.each(['beforeStep', 'afterBatch', 'beforeEpoch', 'beforeValidate', 'afterEpoch'])(
    'is as before after an interruption in %s',
    async (hook) => {
      const before = tensors();
      const controller = new AbortController();
      const abort = { name: 'abort', [hook]: () => controller.abort() };
      const trainer = toyTrainer({ carries: true, average: true, plugins: [busy(), abort] });
      const common = { train: toyLoader([2, 2, 2]), validate: toyLoader([2, 2]), epochs: 2, accumulate: 2 };
      const { end } = await trainer.fit({ stage: 's', ...common, signal: controller.signal });
      expect(end).toBe('interrupted');
      disposeToy(trainer);
      // An interrupted fit ends without `afterFit`, so `busy` still has the one tensor that it kept.
      expect(tensors() - before).toBe(1);
    },
  );

  const boom = () => {
    throw new Error('boom');
  };
  /** Throws at the second call. */
  const later = <X, R>(result: (x: X) => R) => {
    let calls = 0;
    return (x: X) => (++calls === 2 ? boom() : result(x));
  };
  const failingGradient = () => {
    let calls = 0;
    return tf.customGrad((x) => {
      const tensor = x as tf.Tensor;
      return { value: tensor.clone(), gradFunc: (dy) => (++calls === 2 ? boom() : dy) };
    });
  };
  const late = () => later(() => undefined);

  it.each<[string, () => Partial<ToyPlugin>]>([
    ['setup', () => ({ setup: boom })],
    ['beforeEpoch', () => ({ beforeEpoch: boom })],
    ['beforeBatch', () => ({ beforeBatch: late() })],
    ['rate', () => ({ rate: later(() => 1) as () => number })],
    ['rewrite', () => ({ rewrite: { hidden: later((x: tf.Tensor) => x) } })],
    ['observe', () => ({ observe: { hidden: late() } })],
    ['a changed shape', () => ({ rewrite: { hidden: (x) => tf.sum(x) } })],
    ['loss', () => ({ loss: (x) => (late()(x), boom()) })],
    ['a loss of another shape', () => ({ loss: () => ({ odd: tf.ones([2]) as unknown as tf.Scalar }) })],
    [
      'the backward pass',
      () => {
        const failing = failingGradient();
        return { rewrite: { hidden: (x) => failing(x) } };
      },
    ],
    [
      'gradients',
      () => ({ gradients: (g, _, report) => (report('x', tf.scalar(1)), tf.mul(1, 2), boom() ?? g) }),
    ],
    ['a NaN', () => ({ rewrite: { hidden: later((x: tf.Tensor) => x), input: (x) => tf.mul(x, NaN) } })],
    ['beforeStep', () => ({ beforeStep: late() })],
    ['afterStep', () => ({ afterStep: late() })],
    ['afterBatch', () => ({ afterBatch: late() })],
    ['save', () => ({ save: boom })],
    ['beforeValidate', () => ({ beforeValidate: boom })],
    ['afterValidate', () => ({ afterValidate: boom })],
    ['afterFit', () => ({ afterFit: boom })],
  ])('is as before after an error in %s', async (_, failing) => {
    for (const accumulate of [1, 2]) {
      const before = tensors();
      const plugins: ToyPlugin[] = [{ name: 'failing', ...failing() }, busy()];
      const trainer = toyTrainer({ carries: true, average: true, plugins });
      const common = { train: toyLoader([2, 2, 2, 2]), validate: toyLoader([2, 2]), epochs: 1 };
      await expect(trainer.fit({ stage: 's', accumulate, ...common })).rejects.toThrow();
      disposeToy(trainer);
      expect(tensors()).toBe(before);
    }
  });

  it('is as before after an error of the loader, in training or validation', async () => {
    const broken = {
      batches: () => 3,
      *open(at: { epoch: number; batch: number }): Generator<ToyBatch> {
        const good = toyLoader([2, 2, 2]).open(at);
        yield good.next().value as ToyBatch;
        yield good.next().value as ToyBatch;
        throw new Error('no such file');
      },
    };
    for (const loaders of [{ train: broken }, { train: toyLoader([2]), validate: broken }]) {
      const before = tensors();
      const trainer = toyTrainer({ carries: true, average: true, plugins: [busy()] });
      await expect(trainer.fit({ stage: 's', epochs: 1, ...loaders })).rejects.toThrow('no such file');
      disposeToy(trainer);
      expect(tensors()).toBe(before);
    }
  });

  it('is as before when the model throws in its pass', async () => {
    const before = tensors();
    const trainer = toyTrainer({ carries: true });
    const odd = {
      batches: () => 2,
      *open(): Generator<ToyBatch> {
        yield { x: tf.ones([2, 2]), y: tf.ones([2, 1]) };
        yield { x: tf.ones([2, 5]), y: tf.ones([2, 1]) };
      },
    };
    await expect(trainer.fit({ stage: 's', epochs: 1, train: odd })).rejects.toThrow(/matMul/);
    await expect(trainer.evaluate(odd)).rejects.toThrow(/matMul/);
    disposeToy(trainer);
    expect(tensors()).toBe(before);
  });

  it('is as before when the model cannot count its targets', async () => {
    const before = tensors();
    const targets = () => {
      throw new Error('no targets');
    };
    const trainer = createTrainer({ model: { ...toyModel(), targets }, optimizer: momentumSgd() });
    await expect(trainer.fit({ stage: 's', epochs: 1, train: toyLoader([2]) })).rejects.toThrow('no targets');
    disposeToy(trainer);
    expect(tensors()).toBe(before);
  });

  it('within hooks does not keep what is lent by stateDict', async () => {
    const trainer = toyTrainer({ carries: true });
    const seen: number[] = [];
    const look = (ctx: TrainingContext) => {
      const before = tensors();
      ctx.stateDict();
      seen.push(tensors() - before);
    };
    await trainer.fit({
      stage: 's',
      epochs: 1,
      train: toyLoader([2, 2]),
      plugins: [{ name: 'look', save: look }],
    });
    expect(new Set(seen)).toEqual(new Set([0]));
    disposeToy(trainer);
  });
});
