import type * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTrainer, type FitOptions, type StopScope, type TrainingContext } from '../index.js';
import {
  disposeToy,
  momentumSgd,
  toyLoader,
  toyModel,
  toyTrainer,
  ulmfitError,
  weights,
  type ToyBatch,
  type ToyPlugin,
  type ToyTaps,
} from '../toy.test-helper.js';

type Options = Partial<FitOptions<ToyBatch, tf.Tensor2D, ToyTaps>>;
const options = (more: Options = {}) => ({ stage: 's', train: toyLoader([4, 4]), epochs: 1, ...more });

const EVENTS = [
  'setup',
  'beforeFit',
  'beforeEpoch',
  'beforeTrain',
  'beforeBatch',
  'beforeStep',
  'afterStep',
  'afterBatch',
  'afterTrain',
  'beforeValidate',
  'afterValidate',
  'afterEpoch',
  'afterFit',
] as const;

/** Writes every event down, with the phase, epoch, batch and step that its hook sees. */
function journal(events: string[], name = 'journal', rest: Partial<ToyPlugin> = {}): ToyPlugin {
  const at = (c: TrainingContext) => `${c.phase} ${c.epoch}.${c.batch}/${c.batches} ${c.step}/${c.steps}`;
  const hooks = EVENTS.map((event) => [event, (c: TrainingContext) => void events.push(`${event} ${at(c)}`)]);
  return {
    name,
    ...(Object.fromEntries(hooks) as Partial<ToyPlugin>),
    save: (c, moment) => void events.push(`save ${moment} ${at(c)}`),
    rate: ({ step, steps }) => (events.push(`rate ${step}/${steps}`), 1),
    rewrite: { hidden: (x, _, { layer }) => (events.push(`rewrite hidden ${layer}`), x) },
    observe: { hidden: (_, __, { layer }) => void events.push(`observe hidden ${layer}`) },
    loss: () => void events.push('loss'),
    gradients: (g) => (events.push('gradients'), g),
    ...rest,
  };
}

/** A plugin that stops a scope when a hook is called for the `times`-th time. */
function stopper(hook: (typeof EVENTS)[number], scope: StopScope, times = 1): ToyPlugin {
  let left = times;
  return {
    name: 'stopper',
    [hook]: (ctx: TrainingContext) => {
      if (--left === 0) ctx.stop(scope, `${hook} said so`);
    },
  };
}

const step = (epoch: number, batch: number, n: number) => [
  `beforeBatch train ${epoch}.${batch}/2 ${n}/4`,
  `rate ${n}/4`,
  'rewrite hidden 0',
  'observe hidden 0',
  'rewrite hidden 1',
  'observe hidden 1',
  'loss',
  'gradients',
  `beforeStep train ${epoch}.${batch + 1}/2 ${n}/4`,
  `afterStep train ${epoch}.${batch + 1}/2 ${n + 1}/4`,
  `afterBatch train ${epoch}.${batch + 1}/2 ${n + 1}/4`,
  `save step train ${epoch}.${batch + 1}/2 ${n + 1}/4`,
];
const epoch = (e: number) => [
  `beforeEpoch train ${e}.0/2 ${2 * e}/4`,
  `beforeTrain train ${e}.0/2 ${2 * e}/4`,
  ...step(e, 0, 2 * e),
  ...step(e, 1, 2 * e + 1),
  `afterTrain train ${e}.2/2 ${2 * e + 2}/4`,
  `beforeValidate validate ${e}.2/2 ${2 * e + 2}/4`,
  `afterValidate validate ${e}.2/2 ${2 * e + 2}/4`,
  `afterEpoch train ${e}.2/2 ${2 * e + 2}/4`,
];

describe('the events of a fit', () => {
  it('come in this order', async () => {
    const events: string[] = [];
    const trainer = toyTrainer({ plugins: [journal(events)] });
    await trainer.fit(options({ epochs: 2, validate: toyLoader([3]) }));
    expect(events).toEqual([
      'setup train 0.0/2 0/4',
      'beforeFit train 0.0/2 0/4',
      ...epoch(0),
      'save epoch train 1.0/2 2/4',
      ...epoch(1),
      'save epoch train 2.0/2 4/4',
      'afterFit train 2.0/2 4/4',
      'save fit train 2.0/2 4/4',
    ]);
    disposeToy(trainer);
  });

  it('reach plugins in plugin order, those of the fit after those of the trainer, and await promises', async () => {
    const calls: string[] = [];
    const plugin = (name: string, rest: Partial<ToyPlugin> = {}): ToyPlugin => ({
      name,
      beforeEpoch: async () => {
        await Promise.resolve();
        calls.push(`beforeEpoch ${name}`);
      },
      afterStep: () => void calls.push(`afterStep ${name}`),
      ...rest,
    });
    const trainer = toyTrainer({ plugins: [plugin('last', { enforce: 'post' }), plugin('a')] });
    const own = [plugin('waits', { after: ['b'] }), plugin('b'), plugin('first', { enforce: 'pre' })];
    await trainer.fit(options({ train: toyLoader([2]), plugins: own }));
    const order = ['first', 'a', 'b', 'waits', 'last'];
    expect(calls).toEqual([...order.map((n) => `beforeEpoch ${n}`), ...order.map((n) => `afterStep ${n}`)]);
    disposeToy(trainer);
  });

  it('ends with onError when something throws; the first error is what is thrown', async () => {
    const seen: unknown[] = [];
    const failing: ToyPlugin = {
      name: 'failing',
      afterStep: () => {
        throw new Error('first');
      },
      onError: () => {
        throw new Error('second');
      },
    };
    const trainer = toyTrainer({
      plugins: [failing, { name: 'watch', onError: (_, error) => void seen.push(error) }],
    });
    await expect(trainer.fit(options())).rejects.toThrow('first');
    expect(seen).toEqual([new Error('failing: afterStep: first')]);
    disposeToy(trainer);
  });
});

describe('a hook that plain JavaScript made asynchronous', () => {
  const late = () => Promise.reject(new Error('late'));
  it.each<[string, object]>([
    ...['beforeBatch', 'beforeStep', 'afterStep', 'afterBatch', 'rate', 'loss', 'gradients'].map(
      (name): [string, object] => [name, { [name]: late }],
    ),
    ['rewrite.hidden', { rewrite: { hidden: late } }],
    ['observe.hidden', { observe: { hidden: late } }],
  ])('is refused, and its rejection unheard: %s', async (name, hooks) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const trainer = toyTrainer();
    const plugin: ToyPlugin = { name: 'late', taps: ['hidden'], ...hooks };
    await expect(trainer.fit(options({ plugins: [plugin] }))).rejects.toEqual(
      ulmfitError('ASYNC_HOOK', new RegExp(`^late: ${name} (returns a promise|is async)`)),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
    disposeToy(trainer);
  });
});

describe('a great number of epochs', () => {
  it('is refused where it is a slip', async () => {
    const trainer = toyTrainer();
    await expect(trainer.fit(options({ epochs: 1e9 }))).rejects.toEqual(
      ulmfitError('BAD_FIT', /^s: epochs is 1000000000; it must be an integer from 1 to 1000000$/),
    );
    disposeToy(trainer);
  });

  it('is counted once, and can be interrupted meanwhile', async () => {
    const trainer = toyTrainer();
    const loader = toyLoader([4, 4]);
    let counted = 0;
    const slow = {
      ...loader,
      batches() {
        if (counted++ > 50) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        return loader.batches();
      },
    };
    const controller = new AbortController();
    setImmediate(() => controller.abort(new Error('enough')));
    const { signal } = controller;
    await expect(trainer.fit(options({ train: slow, epochs: 1e6, signal }))).rejects.toThrow('enough');
    expect(counted).toBeLessThan(200);
    disposeToy(trainer);
  });
});

describe('explain', () => {
  it('tells event by event what will run', () => {
    const trainer = toyTrainer({
      plugins: [
        { name: 'log', enforce: 'post', afterStep: () => undefined, save: () => undefined },
        { name: 'dropout', rewrite: { input: (x) => x, hidden: (x) => x } },
        { name: 'penalty', observe: { hidden: () => undefined }, loss: () => undefined },
        { name: 'clip', gradients: (g) => g },
      ],
    });
    const schedule: ToyPlugin = {
      name: 'schedule',
      rate: () => 1,
      hyper: { momentum: () => 1 },
      afterStep: () => undefined,
    };
    expect(trainer.explain([schedule, { name: 'warmup', rate: () => 1 }]).split('\n')).toEqual([
      'lr = base x schedule x warmup',
      'schedule sets: momentum',
      'rewrite input: dropout',
      'rewrite hidden: dropout',
      'observe hidden: penalty',
      'loss terms: penalty',
      'gradients: clip',
      'step: momentumSgd',
      'afterStep: schedule, log',
      'save: log',
    ]);
    disposeToy(trainer);
  });
});

describe('options that make no sense', () => {
  it.each([
    [{ epochs: 0 }, 'BAD_FIT', /^s: epochs is 0/],
    [{ epochs: 1.5 }, 'BAD_FIT', /^s: epochs is 1.5/],
    [{ accumulate: 0 }, 'BAD_FIT', /^s: accumulate is 0/],
    [{ train: toyLoader([]) }, 'NO_BATCHES', /^s: the training loader/],
    [{ validate: toyLoader([]) }, 'NO_BATCHES', /^s: the validation loader/],
    [{ lr: NaN }, 'BAD_RATE', /^group bottom has no learning rate/],
    [{ lr: { top: -1 } }, 'BAD_RATE', /^group top: lr is -1 at step 1 of 2; it must be 0 or above$/],
    [{ lr: { up: 1 } }, 'UNKNOWN_GROUP', /^no parameter group up/],
  ])('are refused: %j', async (wrong: Options, code, message) => {
    const trainer = toyTrainer();
    const before = weights(trainer);
    await expect(trainer.fit(options(wrong))).rejects.toEqual(ulmfitError(code, message));
    expect(weights(trainer)).toEqual(before);
    disposeToy(trainer);
  });

  it('include a learning rate that nobody has given', async () => {
    const { defaults: _, ...optimizer } = momentumSgd();
    const trainer = createTrainer({ model: toyModel(), optimizer: { ...optimizer, defaults: {} } });
    await expect(trainer.fit(options())).rejects.toEqual(
      ulmfitError('BAD_RATE', /^group bottom has no learning rate; set lr on the fit or the optimizer$/),
    );
    trainer.groups.freezeTo(-1);
    // What is frozen needs none.
    expect((await trainer.fit(options({ lr: { top: 0.1 } }))).end).toBe('done');
    disposeToy(trainer);
  });

  it('include a model that is wholly frozen', async () => {
    const trainer = toyTrainer();
    trainer.groups.trainOnly([]);
    await expect(trainer.fit(options())).rejects.toEqual(ulmfitError('NOTHING_TO_TRAIN', /^toy: every/));
    disposeToy(trainer);
  });
});

describe('the learning rate of a fit', () => {
  it('is the base times each factor at each step', async () => {
    const rates: number[][] = [];
    const seen: ToyPlugin = {
      name: 'seen',
      beforeStep: ({ groups }) => void rates.push([...groups].map((g) => g.hyper.lr)),
    };
    const trainer = toyTrainer({ plugins: [seen] });
    const plugins: ToyPlugin[] = [
      { name: 'half', rate: () => 0.5 },
      { name: 'ramp', rate: ({ step, steps }) => (step + 1) / steps },
      { name: 'top', rate: () => ({ top: 10 }) },
    ];
    await trainer.fit(options({ lr: { bottom: 1, middle: 2, top: 3 }, plugins }));
    expect(rates).toEqual([
      [0.25, 0.5, 7.5],
      [0.5, 1, 15],
    ]);
    disposeToy(trainer);
  });
});

describe('stop', () => {
  it("skips the update of a step by 'batch', and of that step alone", async () => {
    const trainer = toyTrainer({ plugins: [stopper('beforeStep', 'batch')] });
    const start = weights(trainer);
    const after: { weights: ReturnType<typeof weights>; step: number }[] = [];
    const watch: ToyPlugin = {
      name: 'watch',
      afterBatch: (ctx) => void after.push({ weights: weights(trainer), step: ctx.step }),
    };
    const result = await trainer.fit(options({ plugins: [watch] }));
    expect(after.map((a) => a.step)).toEqual([1, 2]);
    expect(after[0]?.weights['parameter/w0']).toEqual(start['parameter/w0']);
    expect(after[1]?.weights['parameter/w0']).not.toEqual(start['parameter/w0']);
    expect(result.end).toBe('done');
    disposeToy(trainer);
  });

  it("has no effect on the next step when 'batch' comes after the update", async () => {
    const trainer = toyTrainer();
    const plain = toyTrainer();
    await trainer.fit(options({ plugins: [stopper('afterBatch', 'batch')] }));
    await plain.fit(options());
    expect(weights(trainer)).toEqual(weights(plain));
    disposeToy(trainer);
    disposeToy(plain);
  });

  it.each<[(typeof EVENTS)[number], StopScope, number, string[]]>([
    ['afterBatch', 'epoch', 1, ['0: 1', 'done']],
    ['beforeEpoch', 'epoch', 1, ['0: 0', 'done']],
    ['afterBatch', 'fit', 1, ['0: 1', 'stopped']],
    ['beforeBatch', 'fit', 3, ['0: 2', '1: 3', 'stopped']],
    ['afterValidate', 'fit', 2, ['0: 2', '1: 4', 'stopped']],
    ['beforeFit', 'fit', 1, ['stopped']],
  ])('in %s ends the %s; every after* still runs', async (hook, scope, times, expected) => {
    const events: string[] = [];
    const trainer = toyTrainer({ plugins: [journal(events), stopper(hook, scope, times)] });
    const result = await trainer.fit(options({ epochs: 3, validate: toyLoader([3]) }));
    const records = trainer.history.map((r) => `${r.epoch}: ${r.step}`);
    const goesOn = result.end === 'done' ? records.slice(0, 1) : records;
    expect([...goesOn, result.end]).toEqual(expected);
    if (result.end === 'stopped') expect(result.reason).toBe(`${hook} said so`);
    else expect(trainer.history).toHaveLength(3);
    const count = (event: string) => events.filter((e) => e.split(' ')[0] === event).length;
    for (const event of ['afterTrain', 'afterValidate', 'afterEpoch']) {
      expect(count(event), event).toBe(trainer.history.length);
    }
    expect(count('afterFit')).toBe(1);
    disposeToy(trainer);
  });

  it('disposes the batch that was read ahead and closes the reader', async () => {
    const trainer = toyTrainer();
    let closed = 0;
    const loader = toyLoader([2, 2, 2]);
    const train = {
      ...loader,
      *open(at: { epoch: number; batch: number }) {
        try {
          yield* loader.open(at);
        } finally {
          closed++;
        }
      },
    };
    await trainer.fit(options({ plugins: [stopper('afterBatch', 'fit')], train }));
    expect(closed).toBe(1);
    disposeToy(trainer);
  });
});

describe('an AbortSignal', () => {
  const abortAt = (hook: (typeof EVENTS)[number], controller: AbortController): ToyPlugin => ({
    name: 'abort',
    // As Ctrl-C does: from a macrotask, which a loop of synchronous operations must let in.
    [hook]: () => void setTimeout(() => controller.abort(), 0),
  });

  it('ends the fit between two steps, and the state is saved', async () => {
    const controller = new AbortController();
    const events: string[] = [];
    const trainer = toyTrainer({ plugins: [journal(events), abortAt('beforeStep', controller)] });
    const train = toyLoader(Array.from({ length: 500 }, () => 1));
    const result = await trainer.fit(options({ train, signal: controller.signal }));
    expect(result).toMatchObject({ end: 'interrupted', reason: 'the signal was aborted', history: [] });
    const [beforeLast = '', last = ''] = events.slice(-2);
    expect(beforeLast).toMatch(/^save step/);
    expect(last).toBe(beforeLast.replace('step', 'interrupt'));
    expect(events.filter((e) => e.startsWith('afterStep')).length).toBeLessThan(500);
    disposeToy(trainer);
  });

  it('ends a validation between two batches', async () => {
    const controller = new AbortController();
    const events: string[] = [];
    const trainer = toyTrainer({ plugins: [journal(events), abortAt('beforeValidate', controller)] });
    const validate = toyLoader(Array.from({ length: 500 }, () => 1));
    const result = await trainer.fit(options({ validate, signal: controller.signal }));
    expect(result.end).toBe('interrupted');
    expect(events.at(-2)).toMatch(/^beforeValidate/);
    expect(events.at(-1)).toBe('save interrupt train 0.2/2 2/2');
    disposeToy(trainer);
  });

  it('that was aborted beforehand lets no step happen', async () => {
    const trainer = toyTrainer();
    const start = weights(trainer);
    const result = await trainer.fit(options({ signal: AbortSignal.abort() }));
    expect(result.end).toBe('interrupted');
    expect(weights(trainer)).toEqual(start);
    disposeToy(trainer);
  });
});

describe('carried states', () => {
  /** What the model finds at the beginning of each training pass. */
  function carriedMeans(found: (number[] | undefined)[]): ToyPlugin {
    return {
      name: 'carriedMeans',
      rewrite: {
        input: (x, pass) => {
          const h = pass.carried('h');
          found.push(h && [...h.dataSync()]);
          return x;
        },
      },
    };
  }

  it('start again with each epoch and go from step to step within it', async () => {
    const found: (number[] | undefined)[] = [];
    const trainer = toyTrainer({ carries: true, plugins: [carriedMeans(found)] });
    await trainer.fit(options({ epochs: 2, train: toyLoader([2, 2, 2]) }));
    expect(found.map((h) => h !== undefined)).toEqual([false, true, true, false, true, true]);
    expect(found[1]).not.toEqual(found[2]);
    disposeToy(trainer);
  });

  it('of training survive an evaluation in mid-epoch', async () => {
    const found: (number[] | undefined)[][] = [[], []];
    for (const [i, evaluates] of [false, true].entries()) {
      const trainer = toyTrainer({ carries: true, plugins: [carriedMeans(found[i] ?? [])] });
      const midEpoch: ToyPlugin = {
        name: 'midEpoch',
        save: async (_, moment) => {
          if (evaluates && moment === 'step') await trainer.evaluate(toyLoader([3, 3], 9));
        },
      };
      await trainer.fit(options({ train: toyLoader([2, 2, 2]), plugins: [midEpoch] }));
      disposeToy(trainer);
    }
    expect(found[1]).toEqual(found[0]);
  });

  it('go from micro-batch to micro-batch within a step', async () => {
    const found: (number[] | undefined)[] = [];
    const trainer = toyTrainer({ carries: true, lr: 0, plugins: [carriedMeans(found)] });
    await trainer.fit(options({ train: toyLoader([2, 2, 2, 2]), accumulate: 2 }));
    const alone: (number[] | undefined)[] = [];
    const plain = toyTrainer({ carries: true, lr: 0, plugins: [carriedMeans(alone)] });
    await plain.fit(options({ train: toyLoader([2, 2, 2, 2]) }));
    // With a learning rate of 0 the weights stay, so both see the same states.
    expect(found).toEqual(alone);
    expect(found[0]).toBeUndefined();
    disposeToy(trainer);
    disposeToy(plain);
  });
});

describe('buffers', () => {
  it('are updated once a micro-batch, each from the one before', async () => {
    const run = async (accumulate: number) => {
      const trainer = toyTrainer({ lr: 0 });
      await trainer.fit(options({ train: toyLoader([2, 2, 2, 2]), accumulate }));
      const { 'buffer/mean': mean } = weights(trainer);
      disposeToy(trainer);
      return mean;
    };
    const once = await run(1);
    expect(once).not.toEqual([0, 0, 0]);
    expect(await run(2)).toEqual(once);
    expect(await run(4)).toEqual(once);
  });

  it('are left alone by validation', async () => {
    const trainer = toyTrainer();
    await trainer.evaluate(toyLoader([3]));
    expect(weights(trainer)['buffer/mean']).toEqual([0, 0, 0]);
    disposeToy(trainer);
  });
});

describe('several fits of one trainer', () => {
  /** A loader with the epochs that it was opened at. */
  function watchedLoader() {
    const opened: number[] = [];
    const loader = toyLoader([2, 2]);
    const open = (at: { epoch: number; batch: number }) => (opened.push(at.epoch), loader.open(at));
    return { train: { ...loader, open }, opened };
  }

  it('go on with the optimizer and the history, and read other epochs of the loader', async () => {
    const { train, opened } = watchedLoader();
    const trainer = toyTrainer();
    await trainer.fit(options({ stage: 'a', epochs: 2, train }));
    await trainer.fit(options({ stage: 'b', epochs: 1, train }));
    expect(opened).toEqual([0, 1, 2]);
    expect(trainer.history.map((r) => `${r.stage}${r.epoch} ${r.step}`)).toEqual(['a0 2', 'a1 4', 'b0 2']);
    disposeToy(trainer);
  });

  it('count the epochs that an interrupted or failed one has begun', async () => {
    const { train, opened } = watchedLoader();
    const trainer = toyTrainer();
    const controller = new AbortController();
    const abort: ToyPlugin = { name: 'abort', afterEpoch: () => controller.abort() };
    const { signal } = controller;
    await trainer.fit(options({ stage: 'a', epochs: 2, train, signal, plugins: [abort] }));
    const fail: ToyPlugin = {
      name: 'fail',
      afterStep: () => {
        throw new Error('no more');
      },
    };
    await expect(trainer.fit(options({ stage: 'b', train, plugins: [fail] }))).rejects.toThrow('no more');
    await trainer.fit(options({ stage: 'c', train }));
    expect(opened).toEqual([0, 1, 2]);
    disposeToy(trainer);
  });

  it('have the plugins of one fit out of the next, state and all', async () => {
    const own: ToyPlugin = {
      name: 'own',
      rate: () => 0.5,
      stateDict: () => ({ json: 1, tensors: {} }),
      loadStateDict: () => undefined,
    };
    const saved: unknown[] = [];
    const save: ToyPlugin = {
      name: 'save',
      save: (ctx, moment) => {
        if (moment !== 'fit') return;
        const { fit } = ctx.stateDict().json as { fit: { plugins: object } };
        saved.push([Object.keys(fit.plugins), [...ctx.groups].map((g) => g.hyper.lr)]);
      },
    };
    const trainer = toyTrainer({ plugins: [save] });
    await trainer.fit(options({ stage: 'a', lr: 0.1, plugins: [own] }));
    await trainer.fit(options({ stage: 'b', lr: 0.1 }));
    expect(saved).toEqual([
      [['own'], [0.05, 0.05, 0.05]],
      [[], [0.1, 0.1, 0.1]],
    ]);
    disposeToy(trainer);
  });
});
