import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { StateDict, TrainingContext } from '../index.js';
import {
  disposeToy,
  numbers,
  toyLoader,
  toyTrainer,
  ulmfitError,
  weights,
  type ToyPlugin,
} from '../toy.test-helper.js';

const options = (sizes = [4, 4]) => ({ stage: 's', train: toyLoader(sizes), epochs: 1 });

/** The first step's gradients as numbers, and what the step logged. */
async function firstStep(
  plugins: ToyPlugin[],
  fit: { accumulate?: number; sizes?: number[] } = {},
  freezeTo = 0,
) {
  let gradients: Record<string, number[]> = {};
  let last: Readonly<Record<string, number>> = {};
  const spy: ToyPlugin = {
    name: 'spy',
    enforce: 'post',
    gradients: (g) => ((gradients = numbers(g)), g),
    afterStep: (ctx) => {
      last = ctx.last;
      ctx.stop('fit', 'seen');
    },
  };
  const trainer = toyTrainer({ plugins: [...plugins, spy] });
  trainer.groups.freezeTo(freezeTo);
  const { sizes = [4], accumulate = 1 } = fit;
  await trainer.fit({ ...options(sizes), accumulate });
  disposeToy(trainer);
  return { gradients, last };
}

describe('taps', () => {
  it('are rewritten in plugin order and then observed, for every plugin', async () => {
    const calls: string[] = [];
    const plugin = (name: string, value: number, rest: Partial<ToyPlugin> = {}): ToyPlugin => ({
      name,
      rewrite: {
        input: (x) => {
          calls.push(`${name} rewrites ${x.dataSync()[0]}`);
          return tf.fill(x.shape, value);
        },
      },
      observe: { input: (x) => void calls.push(`${name} sees ${x.dataSync()[0]}`) },
      ...rest,
    });
    await firstStep([plugin('b', 3, { after: ['a'] }), plugin('a', 2)]);
    expect(calls.slice(1)).toEqual(['b rewrites 2', 'a sees 3', 'b sees 3']);
    expect(calls[0]).toMatch(/^a rewrites /);
  });

  it('refuse a rewrite that changes the shape, and name its plugin', async () => {
    const narrow: ToyPlugin = { name: 'narrow', rewrite: { hidden: (x) => tf.slice(x, [0, 0], [1, 3]) } };
    await expect(firstStep([narrow])).rejects.toEqual(
      ulmfitError('BAD_REWRITE', /^tap hidden: narrow turned \[4, 3\] into \[1, 3\]/),
    );
  });

  it('are silent in validation', async () => {
    let calls = 0;
    const count: ToyPlugin = { name: 'count', observe: { input: () => void calls++ } };
    const trainer = toyTrainer({ plugins: [count] });
    await trainer.fit({ ...options(), validate: toyLoader([2, 2, 2]) });
    expect(calls).toBe(2);
    disposeToy(trainer);
  });
});

describe('loss terms', () => {
  const constant = (name: string, value: number): ToyPlugin => ({
    name,
    loss: () => ({ [name]: tf.scalar(value) }),
  });

  it('are logged one by one and stay out of the reported loss and of validation', async () => {
    const trainer = toyTrainer({ plugins: [constant('a', 100), constant('b', 10)] });
    const plain = toyTrainer();
    for (const t of [trainer, plain]) await t.fit({ ...options(), validate: toyLoader([3]) });
    const [values, expected] = [trainer, plain].map((t) => t.history[0]?.values ?? {});
    expect(values).toEqual({ ...expected, a: 100, b: 10 });
    expect(Object.keys(expected ?? {})).toEqual(['loss', 'gradNorm', 'valid/loss']);
    disposeToy(trainer);
    disposeToy(plain);
  });

  it('are differentiated', async () => {
    let hidden: tf.Tensor | undefined;
    const squares: ToyPlugin = {
      name: 'squares',
      observe: { hidden: (x, _, { layer }) => void (layer === 1 && (hidden = x)) },
      loss: () => ({ squares: tf.mul(tf.sum(tf.square(hidden as tf.Tensor)), 0.1) as tf.Scalar }),
    };
    const { gradients, last } = await firstStep([squares]);
    const plain = await firstStep([]);
    expect(last['loss']).toBe(plain.last['loss']);
    expect(last['squares']).toBeGreaterThan(0);
    // The term touches what lies below it, not the top layer.
    expect(gradients['w2']).toEqual(plain.gradients['w2']);
    expect(gradients['w1']).not.toEqual(plain.gradients['w1']);
  });

  it('get their batch, output and pass', async () => {
    const seen: unknown[] = [];
    const look: ToyPlugin = {
      name: 'look',
      loss: ({ batch, output, pass }) => void seen.push([batch.x.shape, output.shape, pass.phase]),
    };
    await firstStep([look]);
    expect(seen).toEqual([[[4, 2], [4, 1], 'train']]);
  });

  it('may not share a name', async () => {
    const twice = [constant('a', 1), { ...constant('a', 1), name: 'other' }];
    await expect(firstStep(twice)).rejects.toEqual(
      ulmfitError('BAD_PLUGINS', /^other: the loss term a is defined twice/),
    );
    await expect(firstStep([constant('loss', 1)])).rejects.toEqual(ulmfitError('BAD_PLUGINS'));
  });
});

describe('gradient hooks', () => {
  it('replace the gradients one after the other and report scalars', async () => {
    const scale = (name: string, by: number): ToyPlugin => ({
      name,
      gradients: (g, ctx, report) => {
        report(`${name} at ${ctx.step}`, tf.scalar(by));
        return Object.fromEntries(Object.entries(g).map(([k, t]) => [k, tf.mul(t, by)]));
      },
    });
    const { gradients, last } = await firstStep([scale('twice', 2), scale('half', 0.5)]);
    const plain = await firstStep([]);
    expect(gradients).toEqual(plain.gradients);
    expect(last).toEqual({ ...plain.last, 'twice at 0': 2, 'half at 0': 0.5 });
  });

  it('may not report under the name of the loss or a term', async () => {
    const wrong: ToyPlugin = {
      name: 'wrong',
      gradients: (g, _, report) => (report('loss', tf.scalar(1)), g),
    };
    await expect(firstStep([wrong])).rejects.toEqual(
      ulmfitError('BAD_PLUGINS', /^wrong: gradients: the scalar loss is a loss term/),
    );
  });

  it('leave a parameter alone when they drop its gradient', async () => {
    const drop: ToyPlugin = { name: 'drop', gradients: ({ w0: _, ...rest }) => rest };
    const trainer = toyTrainer({ plugins: [drop] });
    const start = weights(trainer);
    await trainer.fit(options());
    expect(weights(trainer)['parameter/w0']).toEqual(start['parameter/w0']);
    expect(weights(trainer)['parameter/w1']).not.toEqual(start['parameter/w1']);
    disposeToy(trainer);
  });
});

describe('frozen groups', () => {
  it('get no gradient, and the others the same as ever', async () => {
    const all = await firstStep([]);
    const top = await firstStep([], {}, -1);
    expect(Object.keys(all.gradients)).toEqual(['w0', 'w1', 'w2']);
    expect(top.gradients).toEqual({ w2: all.gradients['w2'] });
  });

  it('cost no backward pass below the lowest unfrozen one', async () => {
    let backward = 0;
    /** The identity, which counts its gradient. */
    const counted = tf.customGrad((x) => {
      const tensor = x as tf.Tensor;
      return { value: tensor.clone(), gradFunc: (dy) => (backward++, dy) };
    });
    const count: ToyPlugin = {
      name: 'count',
      rewrite: { hidden: (x, _, { layer }) => (layer === 0 ? counted(x) : x) },
    };
    const calls: number[] = [];
    for (const freezeTo of [0, 1, 2]) {
      backward = 0;
      await firstStep([count], {}, freezeTo);
      calls.push(backward);
    }
    expect(calls).toEqual([1, 0, 0]);
  });

  it('tell the model through `trains`', async () => {
    const trained: boolean[] = [];
    const trainer = toyTrainer({
      plugins: [
        {
          name: 'ask',
          rewrite: {
            input: (x, pass) => {
              trained.push(...trainer.groups.parameters.map((p) => pass.trains(p)));
              return x;
            },
          },
        },
      ],
    });
    trainer.groups.freezeTo(1);
    await trainer.fit(options([2]));
    expect(trained).toEqual([false, true, true]);
    disposeToy(trainer);
  });
});

describe('accumulation', () => {
  it('of unequal micro-batches equals one big batch', async () => {
    const term: ToyPlugin = {
      name: 'term',
      loss: ({ output }) => ({ term: tf.mean(tf.square(output)) as tf.Scalar }),
    };
    const big = await firstStep([term], { sizes: [8] });
    const small = await firstStep([term], { sizes: [1, 5, 2], accumulate: 3 });
    for (const name of ['w0', 'w1', 'w2']) {
      const [a = [], b = []] = [big.gradients[name], small.gradients[name]];
      a.forEach((v, i) => expect(b[i]).toBeCloseTo(v, 6));
    }
    for (const name of ['loss', 'term', 'gradNorm']) {
      expect(small.last[name]).toBeCloseTo(big.last[name] as number, 6);
    }
  });

  it('counts a term that a micro-batch lacks as zero there', async () => {
    for (const lacking of [0, 1]) {
      let batch = 0;
      const sometimes: ToyPlugin = {
        name: 'sometimes',
        loss: () => (batch++ === lacking ? undefined : { sometimes: tf.scalar(4) }),
      };
      const { last } = await firstStep([sometimes], { sizes: [2, 2], accumulate: 2 });
      expect(last['sometimes']).toBeCloseTo(2, 6);
    }
  });

  it('draws other random numbers for each micro-batch and step, and takes what is left at the end', async () => {
    const keys: string[] = [];
    const draw: ToyPlugin = {
      name: 'draw',
      rewrite: { input: (x, pass) => (keys.push(pass.random('d').counter.join()), pass.random('d'), x) },
    };
    const steps: number[] = [];
    const trainer = toyTrainer({
      plugins: [draw, { name: 's', afterStep: (c) => void steps.push(c.batch) }],
    });
    await trainer.fit({ ...options([1, 1, 1, 1, 1]), accumulate: 2 });
    expect(keys).toEqual(['0,0,0', '0,1,0', '1,0,0', '1,1,0', '2,0,0']);
    expect(steps).toEqual([2, 4, 5]);
    expect(trainer.history[0]?.step).toBe(3);
    disposeToy(trainer);
  });
});

describe('numbers that are not finite', () => {
  /** Fails at the second micro-batch of the second step; `state` is what `onError` could save. */
  async function failing(plugin: ToyPlugin, accumulate: number) {
    const states: Record<string, number[]>[] = [];
    const cursors: unknown[] = [];
    const capture = (ctx: TrainingContext) => {
      const { json, tensors } = ctx.stateDict() as StateDict & {
        json: { fit: { cursor: object; step: number } };
      };
      states.push(numbers(tensors));
      cursors.push({ ...json.fit.cursor, step: json.fit.step });
    };
    const trainer = toyTrainer({
      carries: true,
      plugins: [plugin, { name: 'capture', afterBatch: capture, onError: capture }],
    });
    const fit = trainer.fit({ ...options([2, 2, 2, 2]), accumulate });
    await expect(fit).rejects.toEqual(
      ulmfitError('NOT_FINITE', /^s, epoch 1, step 2: .*; the weights are as before this step/),
    );
    const error = await fit.catch((e: Error) => e.message);
    disposeToy(trainer);
    return { states, cursors, error };
  }

  it.each([
    [
      'the loss',
      'loss is NaN; the first that is not finite is the tensor at the tap input [2, 2] as plugins left it;',
      { rewrite: true },
    ],
    ['a term', 'term is Infinity; the weights', { term: true }],
    [
      'a gradient',
      'gradNorm is NaN; the first that is not finite is the gradient of w1 [3, 3];',
      { gradient: true },
    ],
  ])(
    'in %s stop before the update: weights, buffers, states and cursor are untouched',
    async (_, message, bad) => {
      for (const accumulate of [1, 2]) {
        let batch = 0;
        const breaks = () => batch === accumulate + 1;
        const plugin: ToyPlugin = {
          name: 'break',
          beforeBatch: () => void batch++,
          rewrite: { input: (x) => ('rewrite' in bad && batch > accumulate ? tf.fill(x.shape, NaN) : x) },
          loss: () => ('term' in bad && breaks() ? { term: tf.scalar(Infinity) } : undefined),
          gradients: (g) =>
            'gradient' in bad && batch > accumulate ? { ...g, w1: tf.fill([3, 3], NaN) } : g,
        };
        const { states, cursors, error } = await failing(plugin, accumulate);
        expect(error).toContain(message);
        expect(states).toHaveLength(2);
        expect(states[1]).toEqual(states[0]);
        expect(cursors[1]).toEqual(cursors[0]);
      }
    },
  );

  it.each<[string, ToyPlugin]>([
    [
      'the tensor at the tap hidden [2, 3] (layer 1) as plugins left it',
      {
        name: 'break',
        rewrite: { hidden: (x, _, { layer }) => (layer === 1 ? tf.div(x, tf.zerosLike(x)) : x) },
      },
    ],
    [
      'the gradient of w2 [3, 1]',
      {
        name: 'break',
        gradients: (g) => Object.fromEntries(Object.entries(g).map(([n, t]) => [n, tf.mul(t, Infinity)])),
      },
    ],
  ])('name %s', async (first, plugin) => {
    const trainer = toyTrainer({ plugins: [plugin] });
    const before = tf.memory().numTensors;
    await expect(trainer.fit(options([2]))).rejects.toThrow(`; the first that is not finite is ${first}; `);
    expect(tf.memory().numTensors).toBe(before);
    disposeToy(trainer);
  });

  it('name a parameter that was not finite before', async () => {
    const trainer = toyTrainer();
    trainer.groups.parameters[1]?.variable.assign(tf.fill([3, 3], NaN));
    await expect(trainer.fit(options([2]))).rejects.toThrow(/is the parameter w1; the weights are as before/);
    disposeToy(trainer);
  });
});
