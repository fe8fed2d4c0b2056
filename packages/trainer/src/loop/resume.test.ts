import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FitOptions, Json, StateDict } from '../index.js';
import { earlyStopping } from '../index.js';
import {
  disposeToy,
  momentumSgd,
  numbers,
  recorder,
  thrown,
  toyLoader,
  toyModel,
  toyTrainer,
  ulmfitError,
  weights,
  type ToyBatch,
  type ToyPlugin,
  type ToyTaps,
  type ToyTrainer,
} from '../toy.test-helper.js';
import { createTrainer } from '../index.js';

interface Run {
  epochs: number;
  accumulate: number;
  batches: number[];
  /** The number of the checkpoint from which a new process goes on. */
  at: number;
}

/** Its state, in JSON and in a tensor, goes into every gradient and rate; every hook changes it. */
function moody(): ToyPlugin {
  let counts: Record<string, number> = {};
  let trace: tf.Tensor = tf.keep(tf.scalar(1));
  const count = (event: string) => () => void (counts[event] = (counts[event] ?? 0) + 1);
  const set = (t: tf.Tensor) => {
    trace.dispose();
    trace = tf.keep(t);
  };
  const events = [
    'beforeEpoch',
    'beforeTrain',
    'afterTrain',
    'beforeValidate',
    'afterValidate',
    'afterEpoch',
  ];
  return {
    name: 'moody',
    ...(Object.fromEntries(events.map((event) => [event, count(event)])) as Partial<ToyPlugin>),
    beforeFit: () => {
      counts = {};
      set(tf.scalar(1));
    },
    rate: () => 1 / (1 + Object.values(counts).reduce((sum, n, i) => sum + n * (i + 1), 0) / 100),
    afterStep: count('afterStep'),
    gradients: (gradients) => {
      const norm = tf.sum(tf.abs(gradients['w1'] as tf.Tensor));
      set(tf.add(tf.mul(trace, 0.9), tf.mul(norm, 0.1)));
      return Object.fromEntries(
        Object.entries(gradients).map(([name, g]) => [name, tf.div(g, tf.add(trace, 0.5))]),
      );
    },
    afterFit: count('afterFit'),
    stateDict: () => ({ json: { ...counts }, tensors: { trace } }),
    loadStateDict: ({ json, tensors }) => {
      counts = { ...(json as typeof counts) };
      set((tensors['trace'] as tf.Tensor).clone());
    },
  };
}

const moods = new WeakMap<ToyTrainer, ToyPlugin>();

/** Everything new, as a new process would make it. */
function fresh(more: ToyPlugin[] = []): ToyTrainer {
  const mood = moody();
  const trainer = toyTrainer({
    carries: true,
    noisy: true,
    average: true,
    plugins: [mood, earlyStopping({ patience: 99 }), ...more],
  });
  moods.set(trainer, mood);
  return trainer;
}

function fitOptions(run: Run): FitOptions<ToyBatch, tf.Tensor2D, ToyTaps> {
  return {
    stage: 's',
    train: toyLoader(run.batches),
    validate: toyLoader([2, 3], 11),
    epochs: run.epochs,
    accumulate: run.accumulate,
  };
}

const result = (trainer: ToyTrainer) => ({
  mood: moods.get(trainer)?.stateDict?.().json,
  state: numbers(trainer.stateDict().tensors),
  groups: trainer.groups.toJson(),
  history: trainer.history.map(({ seconds: _, ...record }) => record),
});

async function goOn(state: StateDict, run: Run, prepare: (trainer: ToyTrainer) => void = () => undefined) {
  const trainer = fresh();
  prepare(trainer);
  trainer.loadStateDict(state);
  tf.dispose(state.tensors);
  const { end } = await trainer.fit(fitOptions(run));
  const made = { end, ...result(trainer) };
  disposeToy(trainer);
  return made;
}

const runs = fc.record({
  epochs: fc.integer({ min: 1, max: 3 }),
  accumulate: fc.integer({ min: 1, max: 3 }),
  batches: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 }),
  at: fc.nat(),
});

describe('a resumed fit', () => {
  it('ends byte for byte as one that was never stopped, from whatever state was saved', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async (run) => {
        const { store, moments, plugin } = recorder();
        const whole = fresh([plugin]);
        const { end } = await whole.fit(fitOptions(run));
        const expected = { end, ...result(whole) };
        const steps = Math.ceil(run.batches.length / run.accumulate);
        const epoch = [...Array.from({ length: steps }, () => 'step'), 'epoch'];
        expect(moments).toEqual([...Array.from({ length: run.epochs }, () => epoch).flat(), 'fit']);
        const state = await store.load(String(run.at % moments.length));
        expect(await goOn(state, run)).toEqual(expected);
        for (const { name } of await store.list()) await store.remove(name);
        disposeToy(whole);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it('ends so after an interruption in training or validation, also in the very same trainer', async () => {
    const interruptions = fc.record({
      hook: fc.constantFrom('beforeStep', 'afterBatch', 'beforeValidate', 'afterValidate', 'afterEpoch'),
      times: fc.integer({ min: 1, max: 4 }),
      again: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(runs, interruptions, async (run, { hook, times, again }) => {
        const whole = fresh();
        const { end } = await whole.fit(fitOptions(run));
        const expected = { end, ...result(whole) };
        disposeToy(whole);

        const { store, moments, plugin } = recorder();
        const controller = new AbortController();
        let left = times;
        const abort = { name: 'abort', [hook]: () => --left === 0 && controller.abort() };
        const trainer = fresh([plugin, abort]);
        const first = await trainer.fit({ ...fitOptions(run), signal: controller.signal });
        if (first.end === 'interrupted') {
          expect(moments.at(-1)).toBe('interrupt');
          const state = await store.load(String(moments.length - 1));
          if (again) {
            trainer.loadStateDict(state);
            tf.dispose(state.tensors);
            const { end } = await trainer.fit(fitOptions(run));
            expect({ end, ...result(trainer) }).toEqual(expected);
          } else {
            expect(await goOn(state, run)).toEqual(expected);
          }
        } else {
          expect({ end: first.end, ...result(trainer) }).toEqual(expected);
        }
        disposeToy(trainer);
      }),
      {
        seed: 2,
        numRuns: 40,
        examples: ['beforeStep', 'beforeTrain', 'beforeValidate', 'afterValidate', 'afterEpoch'].map(
          (hook): [Run, { hook: string; times: number; again: boolean }] => [
            { epochs: 3, accumulate: 2, batches: [2, 1, 3], at: 0 },
            { hook, times: 2, again: false },
          ],
        ),
      },
    );
  });

  it('goes on with a stop that had been asked for', async () => {
    const run = { epochs: 2, accumulate: 1, batches: [2, 2, 2], at: 0 };
    for (const scope of ['epoch', 'fit'] as const) {
      const stop = (): ToyPlugin => ({
        name: 'stop',
        afterBatch: (ctx) => void (ctx.epoch === 0 && ctx.batch === 2 && ctx.stop(scope, 'enough')),
      });
      const { store, plugin } = recorder();
      const whole = fresh([plugin, stop()]);
      const expected = await whole.fit(fitOptions(run));
      const resumed = fresh([stop()]);
      const state = await store.load('1');
      resumed.loadStateDict(state);
      const { end, reason } = await resumed.fit(fitOptions(run));
      expect([end, reason]).toEqual(scope === 'fit' ? ['stopped', 'enough'] : ['done', undefined]);
      expect(end).toBe(expected.end);
      expect(result(resumed)).toEqual(result(whole));
    }
  });

  it('is told so, and whatever its set-up hooks do to weights, optimizer and groups is undone', async () => {
    const run = { epochs: 2, accumulate: 1, batches: [2, 2], at: 0 };
    const told: boolean[] = [];
    const begin = (): ToyPlugin => ({
      name: 'begin',
      setup: (ctx) => void told.push(ctx.resumed),
      beforeFit: (ctx) => {
        ctx.optimizer.reset();
        ctx.groups.setBase({ momentum: 0.3 });
        for (const { variable } of ctx.groups.parameters)
          tf.tidy(() => variable.assign(tf.mul(variable, 0.5)));
      },
    });
    const { store, plugin } = recorder();
    const whole = fresh([plugin, begin()]);
    await whole.fit(fitOptions(run));
    const resumed = fresh([begin()]);
    resumed.loadStateDict(await store.load('1'));
    await resumed.fit(fitOptions(run));
    expect(result(resumed)).toEqual(result(whole));
    expect(told).toEqual([false, true]);
  });

  it('of a later stage continues its freezing, its rates and the numbering of epochs', async () => {
    const run = { epochs: 2, accumulate: 1, batches: [2, 2], at: 0 };
    const { store, plugin } = recorder();
    const whole = fresh();
    await whole.fit({ ...fitOptions(run), stage: 'first', epochs: 3 });
    whole.groups.freezeTo(-2);
    const second = { ...fitOptions(run), stage: 'second', lr: { middle: 0.03, top: 0.1 } };
    await whole.fit({ ...second, plugins: [plugin] });
    for (const at of ['0', '2', '4']) {
      const resumed = fresh();
      resumed.loadStateDict(await store.load(at));
      await resumed.fit(second);
      expect(result(resumed)).toEqual(result(whole));
    }
  });
});

describe('a state that does not fit', () => {
  const run = { epochs: 1, accumulate: 1, batches: [2, 2], at: 0 };
  const saved = async () => {
    const { store, plugin } = recorder();
    const trainer = fresh([plugin]);
    await trainer.fit(fitOptions(run));
    return store.load('0');
  };
  const mismatch = (message: RegExp) => ulmfitError('STATE_MISMATCH', message);

  it('is refused: another stage, optimizer or seed', async () => {
    const state = await saved();
    const trainer = fresh();
    trainer.loadStateDict(state);
    await expect(trainer.fit({ ...fitOptions(run), stage: 'other' })).rejects.toEqual(
      mismatch(/^the state was saved in the stage s; this fit is other$/),
    );
    const other = toyTrainer({ seed: 4 });
    expect(() => other.loadStateDict(state)).toThrow(/seed 3; this trainer has 4/);
    const { create, defaults } = momentumSgd();
    const renamed = createTrainer({
      model: toyModel(),
      seed: 3,
      optimizer: { defaults, create: (groups) => Object.assign(create(groups), { name: 'adam' }) },
    });
    expect(() => renamed.loadStateDict(state)).toThrow(/optimizer momentumSgd; this trainer has adam/);
  });

  it('is refused when a plugin lacks its state or a state its plugin, unless waived', async () => {
    const stateful = (): ToyPlugin => ({
      name: 'extra',
      stateDict: () => ({ json: 1, tensors: {} }),
      loadStateDict: () => undefined,
    });
    const state = await saved();
    const more = fresh([stateful()]);
    more.loadStateDict(state);
    await expect(more.fit(fitOptions(run))).rejects.toEqual(
      mismatch(/^the state has nothing for the plugin extra/),
    );
    // It waits for a fit that it fits.
    expect(more.pendingStage).toBe('s');
    more.loadStateDict(state, { waive: ['extra'] });
    expect((await more.fit(fitOptions(run))).end).toBe('done');
    expect(more.pendingStage).toBeUndefined();

    const less = toyTrainer({ plugins: [earlyStopping({ patience: 9 })] });
    less.loadStateDict(state);
    await expect(less.fit(fitOptions(run))).rejects.toEqual(mismatch(/^the state has a plugin moody/));
    less.loadStateDict(state, { waive: ['moody'] });
    expect((await less.fit(fitOptions(run))).end).toBe('done');
  });

  it('is refused when a tensor is missing, and the weights stay', async () => {
    const { json, tensors } = await saved();
    const { 'parameter/w1': _, ...rest } = tensors;
    const trainer = fresh();
    const before = weights(trainer);
    expect(() => trainer.loadStateDict({ json, tensors: rest })).toThrow(/^parameters: the state has no w1$/);
    expect(weights(trainer)).toEqual(before);
  });

  it('is refused when it is of something else, and nothing is changed', async () => {
    const { json, tensors } = await saved();
    const trainer = fresh();
    const before = result(trainer);
    const { groups, ...fewer } = json as Record<string, Json>;
    const others = (groups as { name: string }[]).map((group) => ({ ...group, name: `other ${group.name}` }));
    const refused: [StateDict, RegExp][] = [
      [{ json: {}, tensors }, /^not the state of a trainer: it lacks seed$/],
      [{ json: fewer, tensors }, /^not the state of a trainer: it lacks groups$/],
      [{ json: { ...fewer, groups: others }, tensors }, /^the state's groups are other bottom/],
      [
        { json, tensors: { ...tensors, 'stranger/x': tf.scalar(1) } },
        /^the state has an unknown entry stranger\/x$/,
      ],
      [
        { json, tensors: { ...tensors, 'buffer/x': tf.scalar(1) } },
        /^buffers: the state has an unknown entry x$/,
      ],
    ];
    for (const [state, message] of refused) {
      expect(thrown(() => trainer.loadStateDict(state))).toEqual(mismatch(message));
      expect(result(trainer)).toEqual(before);
    }
  });

  it('is still there for another try when the fit could not begin', async () => {
    const longer = { epochs: 2, accumulate: 1, batches: [2, 2], at: 0 };
    const { store, plugin } = recorder();
    const whole = fresh([plugin]);
    await whole.fit(fitOptions(longer));
    const resumed = fresh();
    resumed.loadStateDict(await store.load('1'));
    const failing: ToyPlugin = {
      name: 'failing',
      setup: () => {
        throw new Error('no such folder');
      },
    };
    for (const [wrong, message] of [
      [{ ...fitOptions(longer), plugins: [failing] }, /^failing: setup: no such folder$/],
      [{ ...fitOptions(longer), lr: { up: 1 } }, /^no parameter group up/],
      [{ ...fitOptions(longer), epochs: 3 }, /^s: the state is of a fit of 4 updates, this one has 6/],
    ] as const) {
      await expect(resumed.fit(wrong)).rejects.toThrow(message);
    }
    expect((await resumed.fit(fitOptions(longer))).end).toBe('done');
    expect(result(resumed)).toEqual(result(whole));
  });
});
