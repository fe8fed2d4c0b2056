import * as tf from '@tensorflow/tfjs-core';
import { adam, clipGlobalNorm, sgd } from '@ulmfit/optimizers';
import {
  activationRegularization,
  classifierDropouts,
  inputDropout,
  temporalActivationRegularization,
} from '@ulmfit/regularizers';
import { isMultiLabel, padWindows } from '@ulmfit/text';
import { CarriedStates, createTrainer, evaluate, inferencePass, type TrainingPlugin } from '@ulmfit/trainer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClassifier, type Classifier, type ClassifierInput } from './classifier.js';
import { accuracy, macroF1 } from './classifier-metrics.js';
import type { AwdLstmTaps } from './awd-lstm-taps.js';
import type { ClassifierTaps } from './taps.js';
import { gradientRecorder, loaderOf, numbersOf, recordProducts, tiny } from './tiny.test-helper.js';

const config = { ...tiny, classes: 3, window: 4, maxLength: 8, headLayers: [5] };

function batchOf(
  documents: readonly (readonly number[])[],
  labels?: readonly number[] | number[][],
): ClassifierInput {
  const { ids, shape, lengths, starts } = padWindows(documents, config.window);
  return {
    ids: tf.tensor2d(ids, shape, 'int32'),
    lengths,
    starts,
    ...(labels && {
      labels: isMultiLabel(labels) ? tf.tensor2d(labels as number[][]) : tf.tensor1d([...labels], 'int32'),
    }),
  };
}

const document = (length: number, seed = 0): number[] =>
  Array.from({ length }, (_, t) => 2 + ((seed * 5 + t * t + 3 * t) % 9));

/** What a pass outside training gives, as numbers. */
const predict = (model: Classifier, batch: ClassifierInput) =>
  tf.tidy(() =>
    inferencePass((pass) => {
      const { logits, pooled } = model.forward(batch, pass);
      return { logits: logits.arraySync(), pooled: pooled.arraySync() };
    }, new CarriedStates()),
  );

function expectClose(got: readonly number[], expected: readonly number[], digits = 5) {
  expect(got).toHaveLength(expected.length);
  got.forEach((x, i) => expect(x).toBeCloseTo(expected[i] as number, digits));
}

/** The gradients of one training step on two documents. */
async function step(
  documents: number[][],
  {
    plugins = [],
    trained,
  }: { plugins?: TrainingPlugin<unknown, unknown, ClassifierTaps>[]; trained?: string[] } = {},
) {
  const model = createClassifier(config, { seed: 1 });
  const { steps, plugin } = gradientRecorder();
  const trainer = createTrainer({ model, optimizer: sgd(), plugins: [...plugins, plugin] });
  if (trained) trainer.groups.trainOnly(trained);
  const train = loaderOf([() => batchOf(documents, [0, 2])]);
  await trainer.fit({ stage: 's', train, epochs: 1, lr: 0.1 });
  trainer.dispose();
  model.dispose();
  return steps[0] ?? {};
}

describe('a prediction', () => {
  const model = createClassifier(config, { seed: 1 });
  const lengths = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 13 }) }, fc.constant(30));
  const documents = fc.array(
    lengths.chain((n) => fc.array(fc.integer({ min: 0, max: 10 }), { minLength: n, maxLength: n })),
    { minLength: 1, maxLength: 5 },
  );

  it('depends neither on the batch, nor on its padding, nor on its order', () => {
    fc.assert(
      fc.property(documents, fc.nat(), (texts, turn) => {
        const by = turn % texts.length;
        const turned = [...texts.slice(by), ...texts.slice(0, by)];
        const together = predict(model, batchOf(texts)).logits;
        const inOtherOrder = predict(model, batchOf(turned)).logits;
        texts.forEach((text, i) => {
          const alone = predict(model, batchOf([text])).logits[0] as number[];
          expectClose(together[i] as number[], alone);
          expectClose(inOtherOrder[(i - by + texts.length) % texts.length] as number[], alone);
        });
      }),
      { seed: 3, numRuns: 15 },
    );
  });

  it('is the same where documents begin and end in other windows', () => {
    const [a, b] = [document(6, 1), document(3, 2)];
    // In the first windows, rather than in the last ones: `b` ends windows before `a`, or begins after `a` has ended.
    for (const starts of [
      [0, 0],
      [0, 8],
      [8, 0],
      [4, 4],
    ]) {
      const ids = [a, b].map((text, row) => {
        const padded = new Array<number>(16).fill(1);
        padded.splice(starts[row] as number, text.length, ...text);
        return padded;
      });
      const batch = { ids: tf.tensor2d(ids, undefined, 'int32'), lengths: [6, 3], starts };
      const { logits } = predict(model, batch);
      expectClose(logits[0] as number[], predict(model, batchOf([a])).logits[0] as number[]);
      expectClose(logits[1] as number[], predict(model, batchOf([b])).logits[0] as number[]);
    }
  });

  it('pools the last windows within maxLength of what one reading of the whole document gives', () => {
    const text = document(18, 3);
    const [whole] = tf.tidy(() =>
      inferencePass((pass) => {
        const ids = tf.tensor2d([text], undefined, 'int32');
        const { output } = model.encoder.run(ids, model.encoder.initialStates(1), pass);
        return (tf.transpose(output, [1, 0, 2]) as tf.Tensor3D).arraySync();
      }, new CarriedStates()),
    ) as [number[][]];
    // Windows begin at 0, 4, 8, 12, 16; from 12 on there are 6 tokens, from 8 on there would be 10.
    const counted = whole.slice(12);
    const columns = [0, 1, 2].map((f) => counted.map((h) => h[f] as number));
    const expected = [
      ...columns.map((c) => c.at(-1) as number),
      ...columns.map((c) => Math.max(...c)),
      ...columns.map((c) => c.reduce((a, b) => a + b) / c.length),
    ];
    for (const batch of [[text], [text, document(2)], [document(40), text]]) {
      expectClose(predict(model, batchOf(batch)).pooled[batch.indexOf(text)] as number[], expected);
    }
  });
});

it('reads windows of the same documents together where no gradient ends between them', async () => {
  const model = createClassifier(config, { seed: 1 });
  const rowsRead = async (documents: number[][]) => {
    const batch = batchOf(documents);
    const products = await recordProducts(() => Promise.resolve(predict(model, batch)));
    // The first layer's products with its input.
    return products
      .filter(({ b }) => b[0] === 4 * config.hidden && b[1] === config.embedding)
      .map(({ a }) => a[0]);
  };
  expect(await rowsRead([document(7)])).toEqual([7]);
  // The windows from 0 to 16 only carry the state, those from 16 on are pooled.
  expect(await rowsRead([document(22)])).toEqual([16, 6]);
  // The shorter one has no token before column 8.
  expect(await rowsRead([document(15), document(5)])).toEqual([8, 14]);
  // Not more than 1024 tokens at once.
  expect(await rowsRead([document(1034)])).toEqual([1024, 4, 6]);
  model.dispose();
});

describe('the gradients of the classifier', () => {
  it('reach the words of the last windows alone', async () => {
    const [early, late] = [2, 3];
    const text = [...new Array<number>(12).fill(early), ...new Array<number>(7).fill(late)];
    const gradients = await step([text, [...text, late]]);
    const row = (id: number) => gradients['embedding']?.slice(3 * id, 3 * id + 3) ?? [];
    expect(row(early)).toEqual([0, 0, 0]);
    expect(row(late).every((x) => x !== 0)).toBe(true);
  });

  it('cost nothing below the lowest unfrozen group', async () => {
    const backward = async (trained: string[]) => {
      const products = await recordProducts(() => step([document(7), document(6, 1)], { trained }));
      const byTime = (rows: number) => products.filter((p) => p.b[0] === rows && p.a[1] === rows).length;
      return [byTime(12), byTime(16), products.filter((p) => p.transposeA).length];
    };
    // Windows of 4 and 3 steps: 5 products back through time a layer, and 2 for its input where that is needed.
    expect(await backward(['head'])).toEqual([0, 0, 0]);
    expect(await backward(['rnn3', 'head'])).toEqual([5, 0, 4]);
    expect(await backward(['rnn2', 'rnn3', 'head'])).toEqual([7, 5, 8]);
    expect(await backward(['embedding', 'rnn1', 'rnn2', 'rnn3', 'head'])).toEqual([7, 14, 12]);
  });

  it('keep nothing of windows that only carry the state', async () => {
    const peak = async (length: number) => {
      let most = 0;
      const look: TrainingPlugin<unknown, unknown, { head: object }> = {
        name: 'look',
        observe: { head: () => void (most = Math.max(most, tf.memory().numTensors)) },
      };
      const model = createClassifier(config, { seed: 1 });
      const plugins = [...classifierDropouts(), inputDropoutTwice, look];
      const trainer = createTrainer({ model, optimizer: sgd(), plugins });
      const texts = [document(length), document(length, 1)];
      await trainer.fit({ stage: 's', train: loaderOf([() => batchOf(texts, [0, 1])]), epochs: 1, lr: 0.1 });
      trainer.dispose();
      model.dispose();
      return most;
    };
    const perWindow = ((await peak(48)) - (await peak(24))) / 6;
    // The ids of the window, those they were cut from, and the states that it hands on.
    expect(perWindow).toBeLessThanOrEqual(2 + 6);
  });
  const inputDropoutTwice: TrainingPlugin<unknown, unknown, Pick<AwdLstmTaps, 'input'>> = {
    ...inputDropout(0.5),
    name: 'inputDropoutTwice',
  };
});

describe('the taps of the classifier', () => {
  it('let a plugin use in its loss what it has seen, also after windows that only carry the state', async () => {
    const seen: number[] = [];
    let kept: tf.Tensor[] = [];
    const penalty: TrainingPlugin<unknown, unknown, { hidden: object; embedding: object }> = {
      name: 'penalty',
      observe: {
        hidden: (x) => void kept.push(tf.mean(tf.square(x))),
        embedding: (x) => void seen.push(x.shape[0] ?? NaN),
      },
      loss: () => {
        const term = tf.mul<tf.Scalar>(tf.addN(kept), 0.1);
        kept = [];
        return { penalty: term };
      },
    };
    const gradients = await step([document(19), document(18, 1)], { plugins: [penalty] });
    const plain = await step([document(19), document(18, 1)]);
    // Of five windows of 4 words the last two are pooled.
    expect(seen).toEqual([4, 3]);
    expect(gradients).not.toEqual(plain);
  });

  it.each(['raw', 'dropped'] as const)('go on with what a plugin makes of the output: %s', async (tap) => {
    const zero: TrainingPlugin<unknown, unknown, Record<typeof tap, object>> = {
      name: 'zero',
      rewrite: { [tap]: (x: tf.Tensor) => tf.mul(x, 0) } as Record<typeof tap, (x: tf.Tensor) => tf.Tensor>,
    };
    const gradients = await step([document(7), document(6, 1)], { plugins: [zero] });
    expect(gradients['embedding']?.every((x) => x === 0)).toBe(true);
  });
});

it('has as many tensors after every step, and none in the end', async () => {
  const before = tf.memory().numTensors;
  const model = createClassifier(config, { seed: 1 });
  const trainer = createTrainer({
    model,
    optimizer: adam(),
    plugins: [
      ...classifierDropouts(),
      activationRegularization(2),
      temporalActivationRegularization(1),
      clipGlobalNorm(0.25),
    ],
  });
  const makers = [1, 5, 13].map((n) => () => batchOf([document(n), document(n + 7, 1)], [0, 1]));
  const counts: number[] = [];
  await trainer.fit({
    stage: 's',
    train: loaderOf(makers),
    validate: loaderOf(makers),
    epochs: 2,
    lr: 1e-2,
    plugins: [{ name: 'count', enforce: 'post', afterBatch: () => void counts.push(tf.memory().numTensors) }],
  });
  const [first = 0] = counts;
  expect(counts).toEqual([0, 0, -2, 0, 0, -2].map((more) => first + more));
  trainer.dispose();
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

it('gives the mean cross-entropy of its logits', () => {
  const model = createClassifier(config, { seed: 1 });
  const batch = batchOf([document(5), document(9, 1)], [2, 0]);
  const loss = tf.tidy(() =>
    inferencePass((p) => numbersOf(model.loss(model.forward(batch, p), batch, p)), new CarriedStates()),
  );
  const { logits } = predict(model, batch);
  const cost = (row: number[], label: number) =>
    Math.log(row.reduce((total, x) => total + Math.exp(x), 0)) - (row[label] as number);
  const [a, b] = logits as [number[], number[]];
  expectClose(loss, [(cost(a, 2) + cost(b, 0)) / 2]);
  model.dispose();
});

describe('class weights', () => {
  const documents = [document(5), document(9, 1), document(3, 2), document(7, 3), document(6, 4)];
  const labels = [2, 0, 0, 1, 0];
  const classWeights = [0.25, 2, 5];

  it('make the loss of a loader that of its documents, however they are batched', async () => {
    const model = createClassifier(config, { seed: 1, classWeights });
    const lossBy = async (sizes: number[]) => {
      let from = 0;
      const makers = sizes.map((size) => {
        const at = from;
        from += size;
        return () => batchOf(documents.slice(at, at + size), labels.slice(at, at + size));
      });
      return (await evaluate(model, loaderOf(makers)))?.['loss'] as number;
    };
    const whole = await lossBy([5]);
    expect(await lossBy([1, 3, 1])).toBeCloseTo(whole, 5);
    expect(await lossBy([2, 3])).toBeCloseTo(whole, 5);
    // The same model without them.
    const plain = createClassifier(config, { seed: 1 });
    const { logits } = predict(plain, batchOf(documents));
    const costs = logits.map(
      (row, i) =>
        Math.log(row.reduce((total, x) => total + Math.exp(x), 0)) - (row[labels[i] as number] as number),
    );
    const weights = labels.map((label) => classWeights[label] as number);
    const sum = (values: number[]) => values.reduce((a, b) => a + b);
    expect(whole).toBeCloseTo(sum(costs.map((cost, i) => cost * (weights[i] as number))) / sum(weights), 5);
    model.dispose();
    plain.dispose();
  });

  it('are refused unless there is a number above 0 for each class', () => {
    const before = tf.memory().numTensors;
    for (const [wrong, message] of [
      [[1, 1], 'classifier: 2 classWeights for 3 classes; give one for each'],
      [[1, 0, 1], 'classifier: classWeights[1] is 0; it must be a number above 0'],
      [[1, 1, NaN], 'classifier: classWeights[2] is NaN; it must be a number above 0'],
    ] as const) {
      expect(() => createClassifier(config, { classWeights: wrong })).toThrow(
        expect.objectContaining({ code: 'BAD_CONFIG', message }),
      );
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a multi-label classifier', () => {
  const many = { ...config, multiLabel: true };

  it('learns any number of classes a document, none included', async () => {
    const model = createClassifier({ ...many, layers: 1 }, { seed: 1 });
    const trainer = createTrainer({ model, optimizer: adam(), metrics: [accuracy, macroF1] });
    // A class for each of three words.
    const labels = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => [bits & 1, (bits >> 1) & 1, (bits >> 2) & 1]);
    const documents = labels.map((row) => [5, ...row.flatMap((on, c) => (on ? [6 + c] : [])), 9]);
    const loader = loaderOf([() => batchOf(documents, labels)]);
    const fit = { stage: 's', train: loader, validate: loader, epochs: 15, lr: 3e-2 };
    const { history } = await trainer.fit(fit);
    const [first, last] = [history[0]?.values ?? {}, history.at(-1)?.values ?? {}];
    expect(first['loss']).toBeCloseTo(Math.LN2, 0);
    expect(last['loss']).toBeLessThan(0.4);
    expect(Object.keys(last)).toEqual(expect.arrayContaining(['valid/accuracy', 'valid/macroF1']));
    trainer.dispose();
    model.dispose();
  });

  it('says so in its settings, and a classifier is none unless asked for', () => {
    const [one, several] = [createClassifier(config), createClassifier(many)];
    expect([one.config.multiLabel, several.config.multiLabel]).toEqual([false, true]);
    one.dispose();
    several.dispose();
  });

  it.each<[string, boolean, number[] | number[][], string]>([
    [
      'one label each',
      true,
      [0, 1],
      'classifier: labels of [2], but a multi-label one needs a row of 3 for each document; give the loader lists of labels',
    ],
    [
      'rows of other classes',
      true,
      [
        [0, 1],
        [1, 0],
      ],
      'classifier: labels of [2, 2], but a multi-label one needs a row of 3 for each document; give the loader lists of labels',
    ],
    [
      'values that are no probabilities',
      true,
      [
        [0, 1, 0],
        [1, 0, 2],
      ],
      'classifier: labels have 2 for class 2 of row 1; each must be from 0 to 1',
    ],
    [
      'rows where it tells one class a document',
      false,
      [
        [0, 1, 0],
        [1, 0, 0],
      ],
      'classifier: labels of [2, 3], but it predicts one class per document; give one number each, or set multiLabel',
    ],
  ])('refuses %s', (_, multiLabel, labels, message) => {
    const model = createClassifier({ ...config, multiLabel });
    const batch = batchOf([[3, 4], [5]], labels);
    expect(() =>
      tf.tidy(() =>
        inferencePass((p) => void model.loss(model.forward(batch, p), batch, p), new CarriedStates()),
      ),
    ).toThrow(expect.objectContaining({ code: 'BAD_BATCH', message }));
    model.dispose();
  });
});

describe('the classifier refuses', () => {
  it.each([
    [{ classes: 0 }, 'classifier: classes is 0; it must be an integer from 1'],
    [{ window: 1.5 }, 'classifier: window is 1.5; it must be an integer from 1'],
    [{ maxLength: 3 }, 'classifier: maxLength is 3, which is less than one window of 4'],
    [{ headLayers: [5, 0] }, 'classifier: headLayers[1] is 0; it must be an integer from 1'],
    [{ embedding: -1 }, 'encoder: embedding is -1; it must be an integer from 1'],
  ])('the sizes %j', (wrong, message) => {
    const before = tf.memory().numTensors;
    expect(() => createClassifier({ ...config, ...wrong })).toThrow(
      expect.objectContaining({ code: 'BAD_CONFIG', message }),
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  const good = () => batchOf([[3, 4], [5]], [0, 1]);
  it.each<[string, Partial<ClassifierInput>, string]>([
    [
      'an empty document',
      { lengths: [2, 0] },
      'classifier: row 1 has 0 tokens from column 0 on, in a batch of 2 columns; each document needs 1 at least',
    ],
    [
      'a document beyond the batch',
      { starts: [1, 0] },
      'classifier: row 0 has 2 tokens from column 1 on, in a batch of 2 columns; each document needs 1 at least',
    ],
    ['too few lengths', { lengths: [2] }, 'classifier: ids of [2, 2] with 2 starts and 1 lengths'],
    [
      'a label beyond the classes',
      { labels: tf.tensor1d([0, 3], 'int32') },
      'labels has 3 at 1; there are 3 classes, from 0',
    ],
    ['too few labels', { labels: tf.tensor1d([0], 'int32') }, 'classifier: 1 labels for 2 documents'],
    [
      'an id beyond the vocabulary',
      {
        ids: tf.tensor2d(
          [
            [3, 11],
            [4, 1],
          ],
          undefined,
          'int32',
        ),
      },
      'ids has 11 at 1; there are 11 words, from 0',
    ],
  ])('%s', (_, wrong, message) => {
    const model = createClassifier(config);
    const batch = { ...good(), ...wrong };
    expect(() =>
      tf.tidy(() =>
        inferencePass((p) => void model.loss(model.forward(batch, p), batch, p), new CarriedStates()),
      ),
    ).toThrow(expect.objectContaining({ code: 'BAD_BATCH', message }));
    model.dispose();
  });

  it('a loss without labels', () => {
    const model = createClassifier(config);
    const batch = batchOf([[3, 4]]);
    expect(() =>
      tf.tidy(() =>
        inferencePass((p) => void model.loss(model.forward(batch, p), batch, p), new CarriedStates()),
      ),
    ).toThrow('classifier: a batch without labels has no loss');
    model.dispose();
  });
});
