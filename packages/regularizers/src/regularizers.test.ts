import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { UlmfitError } from '@ulmfit/errors';
import { randomKey, dropoutMask } from '@ulmfit/kernels';
import { testPlugin } from '@ulmfit/plugin-testkit';
import { timeMajor, type TrainingPlugin } from '@ulmfit/trainer';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  activationRegularization,
  awdLstmDropouts,
  classifierDropouts,
  dropoutPresets,
  embeddingDropout,
  headDropout,
  hiddenDropout,
  inputDropout,
  outputDropout,
  temporalActivationRegularization,
  weightDecay,
  weightDrop,
  type WeightHhTap,
} from './index.js';
import { idsOf, observe, sizes, type Passed, type TappedModelTaps } from './tapped-model.test-helper.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

type Plugin = TrainingPlugin<unknown, unknown, TappedModelTaps>;
const rate = 0.3;

/** Each dropout, with the tap it acts at and how many numbers its mask is drawn of. */
const dropouts: [string, (rate: number) => Plugin, keyof TappedModelTaps, number][] = [
  ['weightDrop', weightDrop, 'weightHh', 4 * sizes.hidden * sizes.hidden],
  ['embeddingDropout', embeddingDropout, 'embedding', 17],
  ['inputDropout', inputDropout, 'input', sizes.batch * sizes.features],
  ['hiddenDropout', hiddenDropout, 'hidden', sizes.batch * sizes.features],
  ['outputDropout', outputDropout, 'output', sizes.batch * sizes.features],
  ['headDropout', (p) => headDropout([p, p]), 'head', sizes.batch * sizes.features],
];

/** The masks of layers and blocks lie over one another as they pass; only the first is seen alone. */
const firstMasks = (seen: Awaited<ReturnType<typeof observe>>, tap: string): Passed[] =>
  seen.at(tap).filter((p) => (p.context['layer'] ?? p.context['block'] ?? 0) === 0);

describe.each(dropouts)('%s', (name, make, tap, drawn) => {
  it('drops at its rate and scales what it keeps', async () => {
    const masks = firstMasks(await observe([make(rate)], { steps: 30 }), tap).flatMap((p) => p.values);
    const kept = Math.fround(1 / (1 - rate));
    expect(new Set(masks)).toEqual(new Set([0, kept]));
    const share = masks.filter((v) => v === 0).length / masks.length;
    const deviation = Math.sqrt((rate * (1 - rate)) / (30 * drawn));
    expect(Math.abs(share - rate)).toBeLessThan(4 * deviation);
  });

  it('draws a new mask each pass and micro-batch, the same one for the same seed', async () => {
    const masks = async (seed: number) =>
      firstMasks(await observe([make(rate)], { steps: 4, seed, accumulate: 2 }), tap).map((p) =>
        p.values.join(),
      );
    const first = await masks(1);
    expect(new Set(first).size).toBe(4);
    expect(await masks(1)).toEqual(first);
    expect(await masks(2)).not.toEqual(first);
  });

  it('leaves every other tap and the validation alone', async () => {
    const seen = await observe([make(rate)]);
    const index = seen.passed.findIndex((p) => p.tap === tap);
    for (const p of seen.passed.slice(0, index)) expect(new Set(p.values)).toEqual(new Set([1]));
    const all = sizes.features * sizes.batch + 2 * 4 * sizes.hidden * sizes.hidden;
    expect(seen.validation?.['loss']).toBe(all);
    expect(seen.figures[0]?.['loss']).not.toBe(all);
  });

  it('does nothing at rate 0', async () => {
    const seen = await observe([make(0)]);
    for (const p of seen.passed) expect(new Set(p.values)).toEqual(new Set([1]));
  });

  it('refuses a rate that is none', () => {
    for (const bad of [-0.1, 1, NaN]) {
      expect(() => make(bad)).toThrow(UlmfitError);
      expect(() => make(bad)).toThrow(new RegExp(`^${name}.* is ${bad}; it must be from 0 to below 1`));
    }
  });
});

it.each<[string, () => Plugin]>([
  ...dropouts.map(([name, make]): [string, () => Plugin] => [name, () => make(rate)]),
  ['activationRegularization', () => activationRegularization()],
  ['temporalActivationRegularization', () => temporalActivationRegularization()],
  ['weightDecay', () => weightDecay(0.1)],
])('%s keeps to the protocol', async (_, make) => {
  await testPlugin(make);
});

describe('weightDrop', () => {
  it('drops single elements, other ones in each layer; the raw weight stays, its gradient is masked', async () => {
    const { at, gradients, weights } = await observe([weightDrop(rate)]);
    const [bottom, top] = at('weightHh').map((p) => p.values) as [number[], number[]];
    expect(bottom).not.toEqual(top);
    expect(gradients[0]?.['rnn0.weightHh']).toEqual(bottom);
    expect(gradients[0]?.['rnn1.weightHh']).toEqual(top);
    for (const raw of weights) expect(new Set(raw)).toEqual(new Set([1]));
  });

  it('draws by the stream of its layer', async () => {
    const { at } = await observe([weightDrop(rate)], { seed: 5 });
    const key = randomKey({ seed: 5, stage: 'test', stream: 'weightDrop/1' });
    const mask = dropoutMask([4 * sizes.hidden, sizes.hidden], rate, key);
    expect(at('weightHh', { layer: 1 })[0]?.values).toEqual([...mask.dataSync()]);
  });
});

describe('embeddingDropout', () => {
  it('drops a word at all its places or at none', async () => {
    const seen = await observe([embeddingDropout(rate)], { steps: 5 });
    for (const { values, step } of seen.at('embedding')) {
      const byWord = new Map<number, Set<number>>();
      idsOf(step)
        .flat()
        .forEach((id, place) => {
          const row = values.slice(place * sizes.features, (place + 1) * sizes.features);
          const known = byWord.get(id) ?? new Set();
          row.forEach((v) => known.add(v));
          byWord.set(id, known);
        });
      for (const known of byWord.values()) expect(known.size).toBe(1);
    }
  });

  it('draws one number a word of the vocabulary', async () => {
    const seen = await observe([embeddingDropout(rate)]);
    const key = randomKey({ seed: 0, stage: 'test', stream: 'embeddingDropout' });
    const mask = dropoutMask([sizes.vocabulary], rate, key).dataSync();
    const wanted = idsOf(0).flatMap((row) => row.map((id) => mask[id]));
    const rows = seen.at('embedding')[0]?.values.filter((_, i) => i % sizes.features === 0);
    expect(rows).toEqual(wanted);
  });

  it('lets no gradient through to a dropped row', async () => {
    const { at, gradients } = await observe([embeddingDropout(rate)]);
    const values = at('embedding')[0]?.values as number[];
    const gradient = gradients[0]?.['embedding'] as number[];
    idsOf(0)
      .flat()
      .forEach((id, place) => {
        const isDropped = values[place * sizes.features] === 0;
        expect(gradient[id * sizes.features] === 0).toBe(isDropped);
      });
  });
});

describe.each([
  ['inputDropout', inputDropout(rate), 'input'],
  ['hiddenDropout', hiddenDropout(rate), 'hidden'],
  ['outputDropout', outputDropout(rate), 'output'],
] as [string, Plugin, keyof TappedModelTaps][])('%s', (_, plugin, tap) => {
  it('is constant over time, and another for each sequence', async () => {
    const { shape, values } = (await observe([plugin])).at(tap)[0] as Passed;
    expect(shape).toEqual([sizes.time, sizes.batch, sizes.features]);
    const step = sizes.batch * sizes.features;
    const first = values.slice(0, step);
    for (let t = 1; t < sizes.time; t++) expect(values.slice(t * step, (t + 1) * step)).toEqual(first);
    const sequences = Array.from({ length: sizes.batch }, (_, b) =>
      first.slice(b * sizes.features, (b + 1) * sizes.features).join(),
    );
    expect(new Set(sequences).size).toBe(sizes.batch);
  });
});

describe('hiddenDropout and headDropout', () => {
  it('have a mask of their own for each layer and block', async () => {
    for (const [plugin, tap, name] of [
      [hiddenDropout(rate), 'hidden', 'layer'],
      [headDropout([rate, rate]), 'head', 'block'],
    ] as [Plugin, string, string][]) {
      const { at } = await observe([plugin]);
      const below = at(tap, { [name]: 0 })[0]?.values as number[];
      const both = at(tap, { [name]: 1 })[0]?.values as number[];
      const own = both.filter((_, i) => below[i] !== 0);
      expect(own.filter((v) => v === 0).length).toBeGreaterThan(0);
      expect(own.filter((v) => v !== 0).length).toBeGreaterThan(0);
    }
  });

  it('need a rate for each block', async () => {
    await expect(observe([headDropout([rate])])).rejects.toThrow(
      'no rate for block 1 of the head; there are 1',
    );
  });
});

describe('activation regularisation', () => {
  /** Replaces what passes a tap by given numbers. */
  const pass = (tap: 'raw' | 'output', x: tf.Tensor): Plugin => ({
    name: `pass ${tap}`,
    rewrite: { [tap]: (was: tf.Tensor) => tf.add(tf.mul(was, 0), x) },
  });
  const { time, batch, features } = sizes;
  const ramp = () =>
    tf.tensor(
      Array.from({ length: time }, (_, t) => t * t),
      [time, 1, 1],
    );

  it('adds alpha times the mean square of the dropped output', async () => {
    const { figures, validation } = await observe([pass('output', ramp()), activationRegularization()]);
    // t^2 for t = 0 .. 5: the mean of t^4 is 979 / 6.
    expect(figures[0]?.['ar']).toBeCloseTo((2 * 979) / 6, 3);
    expect(Object.keys(validation ?? {})).toEqual(['loss']);
  });

  it('looks at the output after its dropout', async () => {
    const { figures } = await observe([outputDropout(0.5), activationRegularization(1)]);
    // Ones that are kept become 2: the mean square is about 2, and without dropout 1.
    expect(figures[0]?.['ar']).toBeGreaterThan(1.5);
  });

  it('adds beta times the mean square of the steps of the raw output', async () => {
    const { figures } = await observe([pass('raw', ramp()), temporalActivationRegularization(3)]);
    // The steps of t^2 are 1, 3, 5, 7, 9: the mean of their squares is 33.
    expect(figures[0]?.['tar']).toBeCloseTo(99, 3);
  });

  it('does not see the output dropout in the temporal term', async () => {
    const { figures } = await observe([outputDropout(0.5), temporalActivationRegularization()]);
    expect(figures[0]?.['tar']).toBe(0);
  });

  it('is differentiated, but stays out of the reported loss', async () => {
    const plain = await observe([]);
    const regularized = await observe([activationRegularization(), temporalActivationRegularization()]);
    expect(regularized.figures[0]?.['loss']).toBe(plain.figures[0]?.['loss']);
    const [with_, without] = [regularized, plain].map((s) => s.gradients[0]?.['embedding'] as number[]);
    // d/dx of 2 mean(x^2) at 1 is 4 / n, for each time that a word stands in the batch.
    const counts = new Map<number, number>();
    for (const id of idsOf(0).flat()) counts.set(id, (counts.get(id) ?? 0) + 1);
    for (const [id, count] of counts) {
      const more = (with_?.[id * features] as number) - (without?.[id * features] as number);
      expect(more).toBeCloseTo((count * 4) / (time * batch * features), 5);
    }
  });

  it('is averaged over micro-batches, and leaves no tensors', async () => {
    const plugins = () => [
      activationRegularization(),
      temporalActivationRegularization(),
      ...awdLstmDropouts(),
    ];
    await observe(plugins());
    const before = tf.memory().numTensors;
    const { figures } = await observe(plugins(), { steps: 4, accumulate: 2 });
    expect(figures).toHaveLength(2);
    expect(figures[0]?.['ar']).toBeGreaterThan(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has no temporal term for one time step', async () => {
    const { observe: see, loss } = temporalActivationRegularization();
    const ctx = { pass: {} as never, batch: undefined, output: undefined };
    see?.raw?.(tf.ones([1, 2, 3]), ctx.pass, timeMajor);
    expect(loss?.(ctx)?.['tar']?.dataSync()[0]).toBe(0);
  });

  it('refuses a factor that is none', () => {
    expect(() => activationRegularization(-1)).toThrow(UlmfitError);
    expect(() => temporalActivationRegularization(NaN)).toThrow(
      'beta is NaN; it must be a finite number, 0 or above',
    );
  });
});

describe('a tap of another layout', () => {
  const pass = { random: (stream: string) => randomKey({ seed: 1, stream }) } as never;
  const x = tf.ones([2, 3, 4]);

  it.each([
    ['inputDropout', inputDropout(0.5).rewrite?.input, 'input'],
    ['outputDropout', outputDropout(0.5).rewrite?.output, 'output'],
    ['hiddenDropout', hiddenDropout(0.5).rewrite?.hidden, 'hidden'],
    ['temporalActivationRegularization', temporalActivationRegularization().observe?.raw, 'raw'],
  ] as const)('is refused by %s, which would share a mask among texts', (name, hook, tap) => {
    const at = hook as (x: tf.Tensor, pass: never, context: unknown) => unknown;
    expect(() => at(x, pass, { ...timeMajor, layer: 0 })).not.toThrow();
    expect(() => at(x, pass, { layout: 'batch-major', layer: 0 })).toThrow(
      expect.objectContaining({
        code: 'BAD_LAYOUT',
        message: `${name}: the tap ${tap} has the layout "batch-major" and the shape [2, 3, 4]; it must be [time, batch, features]: transpose it, and tell the tap { layout: 'time-major' }`,
      }),
    );
    expect(() => at(x, pass, {})).toThrow(`${name}: the tap ${tap} has no layout`);
    expect(() => at(tf.ones([2, 3]), pass, { ...timeMajor, layer: 0 })).toThrow('the shape [2, 3]');
  });

  it('does not compile', () => {
    type Fits<Taps> = TrainingPlugin<unknown, unknown, Taps>;
    expectTypeOf(inputDropout).returns.not.toExtend<Fits<{ input: { layout: 'batch-major' } }>>();
    expectTypeOf(hiddenDropout).returns.not.toExtend<Fits<{ hidden: { layer: number } }>>();
    // What drops each number by itself goes with any.
    expectTypeOf(activationRegularization).returns.toExtend<Fits<{ dropped: object }>>();
  });
});

describe('weightDecay', () => {
  it('sets it for all groups or by name', async () => {
    expect((await observe([weightDecay(0.25)])).hyper[0]?.weightDecay).toBe(0.25);
    expect((await observe([weightDecay({ all: 0.5 })])).hyper[0]?.weightDecay).toBe(0.5);
    await expect(observe([weightDecay({ none: 0.5 })])).rejects.toThrow('no parameter group none');
    expect(() => weightDecay({ all: -1 })).toThrow(
      'weightDecay is -1; it must be a finite number, 0 or above',
    );
  });

  it('is its only owner', async () => {
    const other: Plugin = { name: 'other', owns: ['weightDecay'] };
    await expect(observe([weightDecay(0.1), other])).rejects.toThrow(/weightDecay/);
  });
});

describe('presets', () => {
  /** The rate by which what was kept is scaled. */
  const rateOf = (seen: readonly Passed[]) => {
    const scaled = Math.max(...seen.flatMap((p) => p.values));
    return Number((1 - 1 / scaled).toFixed(4));
  };
  const ratesOf = async (plugins: readonly Plugin[]) => {
    const rates: Record<string, number> = {};
    for (const plugin of plugins) {
      const tap = plugin.taps?.[0] as string;
      rates[tap] = rateOf(firstMasks(await observe([plugin]), tap));
    }
    return rates;
  };

  it("are the language model's of fastai unless told otherwise", async () => {
    expect(await ratesOf(awdLstmDropouts())).toEqual({
      embedding: 0.02,
      input: 0.25,
      weightHh: 0.2,
      hidden: 0.15,
      output: 0.1,
    });
  });

  it('are scaled by the multiplier, but where a rate is given', async () => {
    const options = { preset: 'awdLstm', multiplier: 0.5, rates: { hidden: 0.6 } } as const;
    expect(await ratesOf(awdLstmDropouts(options))).toEqual({
      embedding: 0.05,
      input: 0.325,
      weightHh: 0.25,
      hidden: 0.6,
      output: 0.2,
    });
  });

  it("scale the head's first dropout and not its second", async () => {
    const plugins = classifierDropouts();
    expect(plugins.map((p) => p.name)).toEqual([
      'embeddingDropout',
      'inputDropout',
      'weightDrop',
      'hiddenDropout',
      'headDropout',
    ]);
    expect(await ratesOf(plugins)).toEqual({
      embedding: 0.025,
      input: 0.2,
      weightHh: 0.25,
      hidden: 0.15,
      head: 0.2,
    });
    const seen = await observe([classifierDropouts({ rates: { output: 0 } }).at(-1) as Plugin]);
    expect(rateOf(seen.at('head', { block: 1 }))).toBe(0.1);
  });

  it('say which rate a multiplier has made too large', () => {
    expect(() => awdLstmDropouts({ preset: 'awdLstm', multiplier: 2 })).toThrow(
      'inputDropout is 1.3; it must be from 0 to below 1',
    );
    expect(() => classifierDropouts({ multiplier: -1 })).toThrow(
      'multiplier is -1; it must be a finite number, 0 or above',
    );
  });

  it('have one place for every figure', () => {
    expect(dropoutPresets.paper).toEqual(dropoutPresets.fastaiClassifier);
  });
});

describe('types', () => {
  it('let a plugin into a model that has its taps, and into no other', () => {
    type Fits<Taps> = TrainingPlugin<unknown, unknown, Taps>;
    expectTypeOf(weightDrop).returns.toExtend<Fits<TappedModelTaps>>();
    expectTypeOf(awdLstmDropouts).returns.items.toExtend<Fits<TappedModelTaps>>();
    expectTypeOf(classifierDropouts).returns.items.toExtend<Fits<TappedModelTaps>>();
    expectTypeOf(weightDecay).returns.toExtend<Fits<TappedModelTaps>>();
    // A plugin without taps fits any model, one for batches of a kind any plugin that takes all.
    expectTypeOf(weightDecay).returns.toExtend<Fits<object>>();
    expectTypeOf(weightDrop).returns.toExtend<TrainingPlugin<{ x: number }, string, WeightHhTap>>();

    expectTypeOf(weightDrop).returns.not.toExtend<Fits<Omit<TappedModelTaps, 'weightHh'>>>();
    expectTypeOf(embeddingDropout).returns.not.toExtend<Fits<{ embedding: { ids: tf.Tensor } }>>();
    expectTypeOf(headDropout).returns.not.toExtend<Fits<Omit<TappedModelTaps, 'head'>>>();
    expectTypeOf(outputDropout).returns.not.toExtend<Fits<Omit<TappedModelTaps, 'output'>>>();
    expectTypeOf(awdLstmDropouts).returns.items.not.toExtend<Fits<Omit<TappedModelTaps, 'output'>>>();
    expectTypeOf(activationRegularization).returns.not.toExtend<Fits<Omit<TappedModelTaps, 'dropped'>>>();
    expectTypeOf(temporalActivationRegularization).returns.not.toExtend<Fits<Omit<TappedModelTaps, 'raw'>>>();

    // @ts-expect-error a model without recurrent weights can't have them dropped
    const misfit: Fits<{ input: object }> = weightDrop(rate);
    // @ts-expect-error there is no such preset
    expect(() => awdLstmDropouts({ preset: 'none' })).toThrow(
      'no preset none; there are fastaiLanguageModel',
    );
    expect(misfit.taps).toEqual(['weightHh']);
  });
});
