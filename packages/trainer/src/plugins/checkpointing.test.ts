import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  checkpointing,
  memoryStore,
  type CheckpointInfo,
  type CheckpointingOptions,
  type Metric,
  type StateDict,
} from '../index.js';
import {
  disposeToy,
  numbers,
  thrown,
  toyLoader,
  toyTrainer,
  ulmfitError,
  weights,
} from '../toy.test-helper.js';

/** Fits with a figure that takes these values, one an epoch of two steps; what is in the store at the end. */
async function saved(values: number[], options: Omit<CheckpointingOptions, 'store'> = {}) {
  let epoch = 0;
  const scripted: Metric = {
    name: 'scripted',
    measure: () => ({ sum: values[epoch++] as number, weight: 1 }),
  };
  const store = memoryStore();
  const trainer = toyTrainer({
    metrics: [scripted],
    plugins: [checkpointing({ store, watch: 'scripted', ...options })],
  });
  const common = { train: toyLoader([2, 2]), validate: toyLoader([2]) };
  await trainer.fit({ ...common, stage: 's', epochs: values.length });
  return { store, trainer };
}
const listed = async (made: ReturnType<typeof saved>) =>
  (await (await made).store.list()).map(({ name, value }) => `${name} ${value}`);

describe('checkpointing', () => {
  it('keeps the newest and the best', async () => {
    expect(await listed(saved([5, 1, 4, 3, 2]))).toEqual(['s-00000004 1', 's-00000008 3', 's-00000010 2']);
    expect(await listed(saved([5, 1, 4, 3, 2], { better: 'more', keep: 1 }))).toEqual([
      's-00000002 5',
      's-00000010 2',
    ]);
    expect(await listed(saved([3, 2, 1], { keep: 1 }))).toEqual(['s-00000006 1']);
    expect(await listed(saved([1, 2, 3], { keepBest: false, keep: 2 }))).toEqual([
      's-00000004 undefined',
      's-00000006 undefined',
    ]);
  });

  it('saves at intervals within an epoch, without the figure of an older validation', async () => {
    expect(await listed(saved([5, 1], { everySeconds: 0, keep: 9 }))).toEqual([
      's-00000001 undefined',
      's-00000002 5',
      's-00000003 undefined',
      's-00000004 1',
    ]);
  });

  it('leaves at most five minutes unsaved, unless it is told otherwise', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const store = memoryStore();
    const saved: number[] = [];
    const watched = {
      ...store,
      save: (info: CheckpointInfo, state: StateDict) => {
        saved.push(info.step);
        return store.save(info, state);
      },
    };
    const slow = { name: 'slow', afterStep: () => void vi.setSystemTime(Date.now() + 100_000) };
    const trainer = toyTrainer({ plugins: [slow, checkpointing({ store: watched })] });
    await trainer.fit({ stage: 's', train: toyLoader(Array.from({ length: 10 }, () => 2)), epochs: 1 });
    expect(saved).toEqual([3, 6, 9, 10]);
    disposeToy(trainer);
  });

  it('saves on interruption', async () => {
    const store = memoryStore();
    const controller = new AbortController();
    const abort = { name: 'abort', afterStep: () => controller.abort() };
    const trainer = toyTrainer({ plugins: [checkpointing({ store }), abort] });
    await trainer.fit({ stage: 's', train: toyLoader([2, 2]), epochs: 1, signal: controller.signal });
    expect(await store.list()).toEqual([{ name: 's-00000001', stage: 's', epoch: 0, step: 1 }]);
    disposeToy(trainer);
  });

  it('saves the trained weights, from which a trainer is restored', async () => {
    const { store, trainer } = await saved([2, 1]);
    const state = await store.load('s-00000004');
    const other = toyTrainer({ seed: 3 });
    other.loadStateDict(state);
    expect(weights(other)).toEqual(weights(trainer));
    expect(other.history).toEqual(trainer.history);
    tf.dispose(state.tensors);
    disposeToy(other);
    disposeToy(trainer);
  });

  it('remembers the best in its own state', () => {
    const plugin = checkpointing({ store: memoryStore() });
    const json = { best: { name: 'x', value: 1 } };
    plugin.loadStateDict?.({ json, tensors: {} });
    expect(plugin.stateDict?.().json).toEqual(json);
  });

  it('refuses to keep nothing, and an interval that is no number', () => {
    expect(thrown(() => checkpointing({ store: memoryStore(), everySeconds: NaN }))).toEqual(
      ulmfitError('BAD_OPTION', /^checkpointing: everySeconds is NaN/),
    );
    expect(thrown(() => checkpointing({ store: memoryStore(), keep: 0 }))).toEqual(
      ulmfitError('BAD_OPTION', /^checkpointing: keep is 0/),
    );
  });
});

describe('memoryStore', () => {
  it('keeps copies and gives copies', async () => {
    const store = memoryStore();
    const before = tf.memory().numTensors;
    const info = { name: 'a', stage: 's', epoch: 0, step: 1 };
    const json = { n: [1] };
    const w = tf.variable(tf.tensor1d([1, 2]));
    await store.save(info, { json, tensors: { w } });
    json.n.push(2);
    w.assign(tf.tensor1d([3, 4]));
    const loaded = await store.load('a');
    expect(loaded.json).toEqual({ n: [1] });
    expect(numbers(loaded.tensors)).toEqual({ w: [1, 2] });
    tf.dispose(loaded.tensors);
    await store.save({ ...info, step: 2 }, { json: 0, tensors: { w } });
    expect(await store.list()).toEqual([{ ...info, step: 2 }]);
    await store.remove('a');
    await store.remove('a');
    w.dispose();
    // The two initial values of the variable.
    expect(tf.memory().numTensors).toBe(before + 2);
  });

  it('names what there is when asked for what is not', () => {
    expect(thrown(() => memoryStore().load('a'))).toEqual(ulmfitError('NO_CHECKPOINT', /^no checkpoint a/));
  });
});
