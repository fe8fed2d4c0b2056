import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { keepBest, memoryStore, checkpointing } from '../index.js';
import {
  disposeToy,
  toyLoader,
  toyTrainer,
  ulmfitError,
  weights,
  type ToyPlugin,
} from '../toy.test-helper.js';

const half = tf.keep(tf.fill([2, 3], 0.5));
const halves: ToyPlugin = { name: 'halves', evaluationWeights: () => ({ w0: half }) };
const fit = { stage: 'fit', train: toyLoader([2, 2]), validate: toyLoader([2]), epochs: 2, lr: 0.05 };

describe('the evaluation weights of a plugin', () => {
  it("are validated, kept and exported, before the optimizer's; training goes on from its own", async () => {
    const best = keepBest();
    const [plain, trainer] = [toyTrainer(), toyTrainer({ average: true, plugins: [halves, best] })];
    const seen: unknown[] = [];
    const look: ToyPlugin = {
      name: 'look',
      afterValidate: (ctx) => void seen.push(Object.keys(ctx.evaluationWeights() ?? {}), ctx.model.name),
    };
    await plain.fit(fit);
    await trainer.fit({ ...fit, plugins: [look] });
    expect(seen).toEqual([['w0'], 'toy', ['w0'], 'toy']);
    expect(weights(trainer)).toEqual(weights(plain));
    const exported = await trainer.withEvaluationWeights(() => weights(trainer)['parameter/w0']);
    expect(exported).toEqual(Array(6).fill(0.5));
    expect(weights(trainer)).toEqual(weights(plain));
    best.restore(trainer);
    expect(weights(trainer)['parameter/w0']).toEqual(Array(6).fill(0.5));
    best.dispose();
    [plain, trainer].forEach(disposeToy);
  });

  it('are of one plugin alone', () => {
    expect(() => toyTrainer({ plugins: [halves, { ...halves, name: 'others' }] })).toThrow(
      'both halves and others give evaluationWeights; keep one of them',
    );
  });

  it('refuses weights to wait for', async () => {
    const trainer = toyTrainer();
    const wrong: ToyPlugin = { name: 'wrong', evaluationWeights: () => Promise.resolve({}) as never };
    await expect(trainer.fit({ ...fit, plugins: [wrong] })).rejects.toEqual(
      ulmfitError('ASYNC_HOOK', /^wrong: evaluationWeights returns a promise/),
    );
    disposeToy(trainer);
  });
});

describe('afterResume', () => {
  it("comes once, when everything has been loaded, the plugins' states too", async () => {
    const store = memoryStore();
    const make = () => {
      const events: string[] = [];
      let count = 0;
      const plugin: ToyPlugin = {
        name: 'counter',
        beforeFit: ({ step }) => void events.push(`beforeFit ${step} ${count}`),
        afterResume: ({ step }) => void events.push(`afterResume ${step} ${count}`),
        afterStep: () => void count++,
        stateDict: () => ({ json: count, tensors: {} }),
        loadStateDict: ({ json }) => void (count = json as number),
      };
      return { events, trainer: toyTrainer({ plugins: [plugin, checkpointing({ store })] }) };
    };
    const first = make();
    const abort = new AbortController();
    const stop: ToyPlugin = { name: 'stop', afterBatch: () => abort.abort() };
    await first.trainer.fit({ ...fit, signal: abort.signal, plugins: [stop] });
    expect(first.events).toEqual(['beforeFit 0 0']);
    const second = make();
    second.trainer.loadStateDict(await store.load((await store.list()).at(-1)?.name as string));
    await second.trainer.fit(fit);
    expect(second.events).toEqual(['beforeFit 0 0', 'afterResume 1 1']);
    for (const { name } of await store.list()) await store.remove(name);
    [first.trainer, second.trainer].forEach(disposeToy);
  });
});
