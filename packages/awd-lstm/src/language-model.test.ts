import * as tf from '@tensorflow/tfjs-core';
import { adam, clipGlobalNorm, sgd } from '@ulmfit/optimizers';
import {
  activationRegularization,
  awdLstmDropouts,
  temporalActivationRegularization,
  weightDrop,
} from '@ulmfit/regularizers';
import { CarriedStates, createTrainer, evaluate, inferencePass, type TrainingPlugin } from '@ulmfit/trainer';
import { describe, expect, it } from 'vitest';
import { createLanguageModel, type LanguageModel } from './language-model.js';
import {
  gradientRecorder,
  loaderOf,
  numbersOf,
  recordProducts,
  someIds,
  tiny,
  weightsOf,
  windowOf,
} from './tiny.test-helper.js';

const regularizers = () => [
  ...awdLstmDropouts({ preset: 'paper' }),
  activationRegularization(2),
  temporalActivationRegularization(1),
];

/** The hidden outputs of windows read one after the other. */
function readWindows(model: LanguageModel, ids: number[][], cuts: readonly number[]): number[][][] {
  const carried = new CarriedStates();
  const parts = cuts
    .slice(1)
    .map((to, i) =>
      tf.tidy(() =>
        inferencePass((pass) => model.forward(windowOf(ids, cuts[i], to), pass).hidden.arraySync(), carried),
      ),
    );
  carried.reset();
  return parts.flat();
}

describe('the states of the language model', () => {
  it('carry over: a window in two parts is the whole window', () => {
    const model = createLanguageModel(tiny, { seed: 1 });
    const ids = someIds(2, 8);
    const whole = readWindows(model, ids, [0, 7]);
    for (const cuts of [
      [0, 3, 7],
      [0, 1, 2, 7],
    ]) {
      const parts = readWindows(model, ids, cuts);
      expect(parts.flat(2)).toHaveLength(7 * 2 * 3);
      parts.flat(2).forEach((x, i) => expect(x).toBeCloseTo(whole.flat(2)[i] as number, 6));
    }
    const again = [...readWindows(model, ids, [0, 3]), ...readWindows(model, ids, [3, 7])];
    expect(again.flat(2)[20]).not.toBeCloseTo(whole.flat(2)[20] as number, 6);
    model.dispose();
  });

  it('do not reach from one phase into another', async () => {
    const losses = async (validate: boolean) => {
      const model = createLanguageModel(tiny, { seed: 1 });
      const trainer = createTrainer({ model, optimizer: sgd() });
      const seen: number[] = [];
      const watch: TrainingPlugin = {
        name: 'watch',
        afterBatch: (ctx) => void seen.push(ctx.last['loss'] as number),
      };
      const train = loaderOf([0, 3].map((from) => () => windowOf(someIds(2, 8), from, from + 3)));
      const other = loaderOf([() => windowOf(someIds(3, 5, 4))]);
      // An evaluation by another number of streams, in the middle of the epoch.
      const afterStep = () => void (validate && evaluate(model, other));
      await trainer.fit({
        stage: 's',
        train,
        epochs: 1,
        lr: 0.1,
        plugins: [watch, { name: 'e', afterStep }],
      });
      trainer.dispose();
      model.dispose();
      return seen;
    };
    expect(await losses(true)).toEqual(await losses(false));
  });

  it('start again in each epoch', async () => {
    const model = createLanguageModel(tiny, { seed: 1 });
    const trainer = createTrainer({ model, optimizer: sgd() });
    const train = loaderOf([() => windowOf(someIds(2, 6))]);
    const { history } = await trainer.fit({ stage: 's', train, epochs: 2, lr: 0 });
    expect(history[0]?.values['loss']).toBe(history[1]?.values['loss']);
    trainer.dispose();
    model.dispose();
  });

  it('are detached: the gradient is that of a window from constant states', async () => {
    const gradients = async (cuts: readonly number[]) => {
      const model = createLanguageModel(tiny, { seed: 1 });
      // With its first weights so small a model hardly feels its states.
      for (const { name, variable } of model.groups.flatMap((g) => g.parameters))
        tf.tidy(() => variable.assign(tf.mul(variable, name === 'embedding' ? 20 : 3)));
      const trainer = createTrainer({ model, optimizer: sgd() });
      const { steps, plugin } = gradientRecorder();
      const ids = someIds(2, 8);
      const train = loaderOf(cuts.slice(1).map((to, i) => () => windowOf(ids, cuts[i], to)));
      await trainer.fit({ stage: 's', train, epochs: 1, lr: 0, plugins: [plugin] });
      trainer.dispose();
      const expected = finiteDifference(model, ids, cuts);
      model.dispose();
      return { got: steps.at(-1)?.['rnn.2.weightHh'] ?? [], expected };
    };
    const { got, expected } = await gradients([0, 4, 7]);
    expect(got).toHaveLength(36);
    for (const at of [0, 17, 35]) expect(got[at]).toBeCloseTo(expected(at), 4);
    // The whole window's gradient is another one, as the state is no constant there.
    const whole = await gradients([0, 7]);
    for (const at of [0, 17, 35]) expect(whole.got[at]).toBeCloseTo(whole.expected(at), 4);
    expect(whole.got[17]).not.toBeCloseTo(got[17] as number, 4);
  });

  /** d loss of the last window / d weightHh of the last layer, with the states before it held. */
  function finiteDifference(model: LanguageModel, ids: number[][], cuts: readonly number[]) {
    const [from = 0, to = 0] = cuts.slice(-2);
    const carried = new CarriedStates();
    if (from > 0)
      tf.tidy(() => inferencePass((pass) => void model.forward(windowOf(ids, 0, from), pass), carried));
    const states = Object.fromEntries(
      Object.entries(carried.tensors()).map(([name, t]) => [name, tf.keep(t.clone())]),
    );
    const variable = model.encoder.layers[2]?.weightHh.variable as tf.Variable;
    const values = variable.dataSync().slice();
    const lossWith = (at: number, by: number) =>
      tf.tidy(() => {
        carried.load(states);
        const moved = values.slice();
        moved[at] = (moved[at] as number) + by;
        variable.assign(tf.tensor(moved, variable.shape));
        const batch = windowOf(ids, from, to);
        return inferencePass((pass) => {
          const loss = model.loss(model.forward(batch, pass), batch, pass);
          return loss.dataSync()[0] as number;
        }, carried);
      });
    const slopes = new Map([0, 17, 35].map((at) => [at, (lossWith(at, 0.01) - lossWith(at, -0.01)) / 0.02]));
    return (at: number) => slopes.get(at) as number;
  }
});

describe('the gradients of the language model', () => {
  const step = async (
    plugins: readonly TrainingPlugin[],
    prepare: (model: LanguageModel) => void = () => undefined,
    trained?: readonly string[],
  ) => {
    const model = createLanguageModel(tiny, { seed: 1 });
    prepare(model);
    const trainer = createTrainer({ model, optimizer: sgd(), plugins });
    if (trained) trainer.groups.trainOnly(trained);
    const before = weightsOf(model);
    await trainer.fit({ stage: 's', train: loaderOf([() => windowOf(someIds(2, 6))]), epochs: 1, lr: 0.1 });
    const after = weightsOf(model);
    trainer.dispose();
    model.dispose();
    return { before, after };
  };

  it('are those of the unfrozen groups, whose weights alone change', async () => {
    const { steps, plugin } = gradientRecorder();
    const { before, after } = await step([plugin], undefined, ['rnn3']);
    const names = ['biasHh', 'biasIh', 'weightHh', 'weightIh'].map((name) => `rnn.2.${name}`);
    expect(Object.keys(steps[0] ?? {}).sort()).toEqual(names);
    for (const name of Object.keys(before)) {
      expect(after[name]?.join() === before[name]?.join()).toBe(!names.includes(name));
    }
  });

  it('cost nothing below the lowest unfrozen group', async () => {
    // The layers' recurrent weights are [16, 4], [16, 4], [12, 3]: what multiplies by one in the backward pass tells which.
    const backward = async (trained: readonly string[]) => {
      const products = await recordProducts(() => step([], undefined, trained));
      const byTime = (rows: number) => products.filter((p) => p.b[0] === rows && p.a[1] === rows).length;
      const weights = products.filter((p) => p.transposeA && p.a[0] === 5 * 2);
      return { last: byTime(12), lower: byTime(16), weights: weights.map((p) => `${p.a[1]}x${p.b[1]}`) };
    };
    // Each layer: 4 steps back through time; the product for its input, unless nothing below is trained.
    expect(await backward(['rnn3'])).toEqual({ last: 4, lower: 0, weights: ['11x3', '12x4', '12x3'] });
    expect(await backward(['rnn2', 'rnn3'])).toMatchObject({ last: 4 + 1, lower: 4 });
    expect(await backward(['rnn1', 'rnn2', 'rnn3'])).toMatchObject({ last: 4 + 1, lower: 4 + 1 + 4 });
    // The look-up below all layers is of the tied matrix: everything is gone through, but no layer's weights.
    expect(await backward(['decoder'])).toEqual({ last: 5, lower: 10, weights: ['11x3'] });
  });

  it('reach the tied matrix from the look-up and from the decoder', async () => {
    const { steps, plugin } = gradientRecorder();
    const rows = (flat: readonly number[] = []) =>
      Array.from({ length: tiny.vocabulary }, (_, r) => flat.slice(3 * r, 3 * r + 3));
    const nothing = (row: readonly number[]) => row.every((x) => x === 0);
    await step([plugin]);
    // The decoder's softmax reaches every row.
    expect(rows(steps[0]?.['embedding']).some(nothing)).toBe(false);
    // Cutting the tape at a tap leaves the decoder's part alone.
    const cut = (
      tap: 'embedding' | 'dropped',
    ): TrainingPlugin<unknown, unknown, Record<typeof tap, object>> => ({
      name: 'cut',
      rewrite: { [tap]: (x: tf.Tensor) => tf.tensor(x.dataSync(), x.shape) },
    });
    const partOf = async (tap: 'embedding' | 'dropped') => {
      const recorder = gradientRecorder();
      const model = createLanguageModel(tiny, { seed: 1 });
      const trainer = createTrainer({ model, optimizer: sgd(), plugins: [cut(tap), recorder.plugin] });
      await trainer.fit({ stage: 's', train: loaderOf([() => windowOf(someIds(2, 6))]), epochs: 1, lr: 0 });
      trainer.dispose();
      model.dispose();
      return recorder.steps[0]?.['embedding'] ?? [];
    };
    const decoder = await partOf('embedding');
    expect(await partOf('dropped')).toEqual(decoder);
    // The rest is the look-up's, on the rows that were looked up.
    const lookedUp = new Set(someIds(2, 6).flatMap((row) => row.slice(0, 5)));
    const lookUp = rows((steps[0]?.['embedding'] ?? []).map((x, i) => x - (decoder[i] as number)));
    lookUp.forEach((row, id) => expect(nothing(row)).toBe(!lookedUp.has(id)));
  });

  it('do not reach the padding row from the look-up', async () => {
    const gradientsOf = async (padIndex: number) => {
      const { steps, plugin } = gradientRecorder();
      const model = createLanguageModel({ ...tiny, padIndex }, { seed: 1 });
      const trainer = createTrainer({ model, optimizer: sgd(), plugins: [plugin] });
      await trainer.fit({ stage: 's', train: loaderOf([() => windowOf([[4, 4, 5, 4]])]), epochs: 1, lr: 0 });
      trainer.dispose();
      model.dispose();
      return steps[0]?.['embedding'] ?? [];
    };
    const [none, four] = [await gradientsOf(1), await gradientsOf(4)];
    const differs = Array.from({ length: tiny.vocabulary }, (_, id) => id).filter(
      (id) => none.slice(3 * id, 3 * id + 3).join() !== four.slice(3 * id, 3 * id + 3).join(),
    );
    expect(differs).toEqual([4]);
  });

  it('leave the raw weight intact under weight drop, which is off in evaluation', async () => {
    const model = createLanguageModel(tiny, { seed: 1 });
    const trainer = createTrainer({ model, optimizer: sgd(), plugins: [weightDrop(0.5)] });
    const make = () => windowOf(someIds(2, 6));
    const before = weightsOf(model);
    const plain = await evaluate(model, loaderOf([make]));
    const { history } = await trainer.fit({ stage: 's', train: loaderOf([make]), epochs: 1, lr: 0 });
    expect(weightsOf(model)).toEqual(before);
    expect(history[0]?.values['loss']).not.toBeCloseTo(plain?.['loss'] as number, 6);
    expect(await trainer.evaluate(loaderOf([make]))).toEqual(plain);
    trainer.dispose();
    model.dispose();
  });
});

describe('the tensors of the language model', () => {
  it('are as many after every step, and all gone in the end', async () => {
    const before = tf.memory().numTensors;
    const model = createLanguageModel(tiny, { seed: 1 });
    const trainer = createTrainer({
      model,
      optimizer: adam(),
      plugins: [...regularizers(), clipGlobalNorm(0.25)],
    });
    const counts: number[] = [];
    const afterBatch = () => void counts.push(tf.memory().numTensors);
    const makers = [0, 3, 6, 9].map((from) => () => windowOf(someIds(2, 13), from, from + 3));
    await trainer.fit({
      stage: 's',
      train: loaderOf(makers),
      validate: loaderOf(makers),
      epochs: 2,
      lr: 1e-2,
      plugins: [{ name: 'count', enforce: 'post', afterBatch }],
    });
    const [first, ...rest] = counts;
    // The last step of an epoch has no batch of two tensors read ahead of it.
    expect(rest).toEqual([0, 0, -2, 0, 0, 0, -2].map((more) => (first as number) + more));
    trainer.dispose();
    expect(tf.memory().numTensors - before).toBe(3 * 4 + 2);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('belong to one model each: a second one does not clash', () => {
    const [a, b] = [createLanguageModel(tiny, { seed: 1 }), createLanguageModel(tiny, { seed: 1 })];
    expect(weightsOf(a)).toEqual(weightsOf(b));
    const names = [a, b].flatMap((m) => m.groups.flatMap((g) => g.parameters.map((p) => p.variable.name)));
    expect(new Set(names).size).toBe(28);
    a.dispose();
    expect(numbersOf(b.decoderBias.variable)).toEqual(new Array(11).fill(0));
    b.dispose();
  });
});

describe('the language model refuses', () => {
  it.each([
    [{ ...tiny, vocabulary: 0 }, 'encoder: vocabulary is 0; it must be an integer from 1'],
    [{ ...tiny, hidden: 2.5 }, 'encoder: hidden is 2.5; it must be an integer from 1'],
    [{ ...tiny, padIndex: -1 }, 'encoder: padIndex is -1; it must be an integer from 0'],
    [{ ...tiny, padIndex: 11 }, 'encoder: padIndex is 11, which is not in a vocabulary of 11'],
  ])('the sizes %j', (config, message) => {
    const before = tf.memory().numTensors;
    expect(() => createLanguageModel(config)).toThrow(
      expect.objectContaining({ code: 'BAD_CONFIG', message }),
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a batch of other streams, ids beyond the vocabulary and targets of another shape', () => {
    const model = createLanguageModel(tiny);
    const carried = new CarriedStates();
    const pass = (batch: { ids: tf.Tensor2D; targets: tf.Tensor2D }) =>
      tf.tidy(() => inferencePass((p) => void model.loss(model.forward(batch, p), batch, p), carried));
    const bad = (message: string) => expect.objectContaining({ code: 'BAD_BATCH', message });
    const { ids, targets } = windowOf([[3, 4, 5]]);
    pass({ ids, targets });
    expect(() => pass(windowOf(someIds(2, 3)))).toThrow(
      bad('language model: a batch of 2 streams follows one of 1 in the same epoch; keep the batch size'),
    );
    expect(() => pass(windowOf([[3, 11, 5]]))).toThrow(bad('ids has 11 at 1; there are 11 words, from 0'));
    expect(() => pass(windowOf([[3, 4, 12]]))).toThrow(
      bad('targets has 12 at 1; there are 11 words, from 0'),
    );
    expect(() => pass({ ids, targets: windowOf([[3, 4]]).targets })).toThrow(
      bad('language model: ids of [1, 2] with targets of [1, 1]'),
    );
    carried.reset();
    model.dispose();
  });
});
