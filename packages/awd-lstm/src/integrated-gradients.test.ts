import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { randomKey, uniformValues } from '@ulmfit/kernels';
import { inferencePass, parameter, timeMajor, type TimeMajor } from '@ulmfit/trainer';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { plainRnn } from '../../../tools/plain-rnn.js';
import type { ClassifierHead } from './classifier-head.js';
import { createClassifier, type Classifier } from './classifier.js';
import type { AnyEncoder, Encoder } from './encoder.js';
import { integratedGradients } from './integrated-gradients.js';

let before = 0;
beforeEach(() => void (before = tf.memory().numTensors));
afterEach(() => expect(tf.memory().numTensors).toBe(before));

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
const idsOf = (length: number, seed: number, vocabulary = 11) =>
  Array.from(uniformValues(length, 2, vocabulary, randomKey({ seed, stream: 'ids' })), Math.floor);
const unknown = (ids: readonly number[]) => ids.map(() => 0);

/** The logits of a document, as the classifier gives them: by windows, of which each is padded. */
function logitsOf(model: Classifier<AnyEncoder>, ids: readonly number[]): number[] {
  const { window } = model.config;
  const time = Math.ceil(ids.length / window) * window;
  const row = [...ids, ...Array<number>(time - ids.length).fill(1)];
  const logits = inferencePass(
    (pass) =>
      model.forward({ ids: tf.tensor2d([row], undefined, 'int32'), lengths: [ids.length], starts: [0] }, pass)
        .logits,
  );
  const [values = []] = logits.arraySync();
  logits.dispose();
  return values;
}

/** Weights that are large enough for a document's logits to differ from each other, and BatchNorm that has seen some. */
function madeBigger(model: Classifier<AnyEncoder>, factor: number): void {
  for (const { name, variable } of model.groups.flatMap((group) => group.parameters))
    tf.tidy(() => variable.assign(tf.mul(variable, name === 'embedding' ? 10 : factor)));
  for (const { name, variable } of model.buffers ?? [])
    tf.tidy(() => {
      const drawn = uniformValues(variable.size, 0.2, 0.9, randomKey({ seed: 1, stream: name }));
      variable.assign(tf.tensor(drawn, variable.shape));
    });
}

it('is exact where everything is linear: a mean of words, times weights', async () => {
  /** What is looked up, as it is. */
  const table = [
    [0.5, -1],
    [0, 0],
    [2, 3],
    [-4, 1],
    [1, 7],
  ];
  const embedding = parameter('embedding', 'weight', tf.tensor2d(table));
  const words: Encoder<{ embedding: TimeMajor }> = {
    architecture: 'words',
    config: { vocabulary: 5 },
    embedding,
    features: 2,
    groups: [],
    taps: ['embedding'],
    stepwise: true,
    initialStates: () => ({}),
    run: (ids, _, pass) => ({
      output: pass.tap(
        'embedding',
        tf.reshape(tf.gather(embedding.variable, tf.reshape(tf.transpose(ids), [-1])), [
          ids.shape[1],
          ids.shape[0],
          2,
        ]) as tf.Tensor3D,
        timeMajor,
      ),
      states: {},
    }),
  };
  const weights = [
    [1, -2],
    [0.5, 4],
    [-3, 0.25],
  ];
  // Of last, max and mean the mean alone.
  const head: ClassifierHead = {
    parameters: [],
    buffers: [],
    apply: (pooled) => tf.matMul(tf.slice(pooled, [0, 4], [-1, 2]), tf.tensor2d(weights), false, true),
  };
  const model = createClassifier({ encoder: words, head, classes: 3, window: 2, maxLength: 100 });
  const ids = [2, 3, 4, 4, 0, 2, 3];
  const { classes, steps } = await integratedGradients(model, ids, { baseline: unknown(ids) });
  expect(steps).toBe(9);
  classes.forEach(({ contributions, logit, baseline, isComplete }, c) => {
    const exact = ids.map((id) =>
      sum(table[id]!.map((x, f) => ((x - table[0]![f]!) * weights[c]![f]!) / ids.length)),
    );
    contributions.forEach((each, i) => expect(each).toBeCloseTo(exact[i]!, 5));
    expect(logit - baseline).toBeCloseTo(sum(exact), 5);
    expect(isComplete).toBe(true);
  });
  embedding.variable.dispose();
});

it('sums to the difference of the logits, through windows, pooling and BatchNorm', async () => {
  const cases = fc.record({
    seed: fc.nat(1000),
    length: fc.integer({ min: 1, max: 30 }),
    window: fc.constantFrom(3, 7, 50),
    maxLength: fc.constantFrom(9, 21, 60),
    classes: fc.integer({ min: 1, max: 3 }),
    headLayers: fc.constantFrom([], [5]),
    factor: fc.constantFrom(1, 2),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, length, factor, ...settings }) => {
      const sizes = { vocabulary: 11, embedding: 4, hidden: 6, layers: 2 };
      const maxLength = Math.max(settings.maxLength, settings.window);
      const model = createClassifier({ ...sizes, ...settings, maxLength }, { seed });
      try {
        madeBigger(model, factor);
        const ids = idsOf(length, seed);
        const [own, other] = [logitsOf(model, ids), logitsOf(model, unknown(ids))];
        const { classes } = await integratedGradients(model, ids, { baseline: unknown(ids) });
        expect(classes).toHaveLength(settings.classes);
        classes.forEach(({ logit, baseline, contributions, isComplete }, c) => {
          // What is explained is what the classifier says.
          expect(logit).toBeCloseTo(own[c]!, 4);
          expect(baseline).toBeCloseTo(other[c]!, 4);
          expect(isComplete).toBe(true);
          const difference = own[c]! - other[c]!;
          expect(Math.abs(sum(contributions) - difference)).toBeLessThanOrEqual(
            0.01 * Math.max(Math.abs(difference), 0.1) + 1e-4,
          );
        });
      } finally {
        model.dispose();
      }
    }),
    { seed: 11, numRuns: 14 },
  );
});

it('gives a word of the baseline nothing, and classes alone what they have among others', async () => {
  const model = createClassifier({
    vocabulary: 11,
    embedding: 4,
    hidden: 6,
    layers: 2,
    classes: 3,
    window: 5,
  });
  madeBigger(model, 3);
  const ids = idsOf(17, 1);
  const baseline = ids.map((id, i) => (i % 4 === 0 ? id : 0));
  const all = await integratedGradients(model, ids, { baseline });
  const one = await integratedGradients(model, ids, { baseline, classes: [2], tolerance: 2e-3 });
  all.classes[2]?.contributions.forEach((each, i) => {
    if (i % 4 === 0) expect(each).toBe(0);
    expect(each).toBeCloseTo(one.classes[0]!.contributions[i]!, 1);
  });
  expect(one.steps).toBeGreaterThan(9);
  expect(one.classes).toHaveLength(1);
  model.dispose();
});

it('explains over an encoder of one’s own, and says where it can’t', async () => {
  const rnn = (change: object) => Object.assign(plainRnn({ vocabulary: 11, features: 3 }), change);
  const model = createClassifier({ encoder: rnn({ stepwise: true }), classes: 2, window: 4, maxLength: 8 });
  madeBigger(model, 2);
  const ids = idsOf(15, 3);
  const { classes } = await integratedGradients(model, ids, { baseline: unknown(ids) });
  const [own, other] = [logitsOf(model, ids), logitsOf(model, unknown(ids))];
  classes.forEach(({ contributions, isComplete }, c) => {
    expect(isComplete).toBe(true);
    expect(Math.abs(sum(contributions) - (own[c]! - other[c]!))).toBeLessThan(
      0.01 * Math.max(0.1, Math.abs(own[c]! - other[c]!)) + 1e-4,
    );
  });
  model.dispose();

  for (const [change, message] of [
    [{ stepwise: false }, 'reads a text of 15 tokens in windows of 4, which gradients cannot cross'],
    [{ stepwise: true, taps: ['hidden'] }, 'has no tap "embedding"'],
  ] as const) {
    const other = createClassifier({ encoder: rnn(change), classes: 2, window: 4, maxLength: 8 });
    await expect(integratedGradients(other, ids, { baseline: unknown(ids) })).rejects.toMatchObject({
      code: 'NO_GRADIENT',
      message: expect.stringContaining(message) as string,
    });
    other.dispose();
  }
});

it('only reads the beginning of a very long document, and is complete all the same', async () => {
  const sizes = { vocabulary: 11, embedding: 2, hidden: 2, layers: 1, classes: 1 };
  const model = createClassifier({ ...sizes, window: 5, maxLength: 10 });
  madeBigger(model, 3);
  const ids = idsOf(43, 2);
  const baseline = ids.map((id, i) => (i < 25 ? id : 0));
  const { context, classes } = await integratedGradients(model, ids, { baseline, tokens: 18 });
  expect(context).toBe(25);
  const [explained] = classes;
  expect(explained?.isComplete).toBe(true);
  expect(Array.from(explained!.contributions.slice(0, 25))).toEqual(Array(25).fill(0));
  expect(explained!.contributions.slice(25).every((each) => each !== 0)).toBe(true);
  expect(explained?.logit).toBeCloseTo(logitsOf(model, ids)[0]!, 4);
  expect(explained?.baseline).toBeCloseTo(logitsOf(model, baseline)[0]!, 4);
  // What is read alone is the same in both, whatever is said of it.
  const other = await integratedGradients(model, ids, { baseline: unknown(ids), tokens: 18 });
  expect(other).toEqual({ context, classes, steps: other.steps });
  model.dispose();
});

it('ends by a signal, and refuses what can’t be', async () => {
  const model = createClassifier({ vocabulary: 11, embedding: 2, hidden: 2, layers: 1, classes: 2 });
  const ids = [2, 3];
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(integratedGradients(model, ids, { baseline: [0, 0], signal })).rejects.toThrow('enough');
  await expect(integratedGradients(model, ids, { baseline: [0] })).rejects.toThrow(
    'explain: a document of 2 tokens but a baseline of 1; make them equally long, with at least 1 token',
  );
  for (const wrong of [{ classes: [2] }, { classes: [-1] }, { steps: 8 }, { tokens: 9 }])
    await expect(integratedGradients(model, ids, { baseline: [0, 0], ...wrong })).rejects.toMatchObject({
      code: 'BAD_OPTION',
    });
  model.dispose();
});
