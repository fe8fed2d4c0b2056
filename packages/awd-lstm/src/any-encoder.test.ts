import * as tf from '@tensorflow/tfjs-core';
import { adam } from '@ulmfit/optimizers';
import {
  activationRegularization,
  awdLstmDropouts,
  hiddenDropout,
  inputDropout,
  outputDropout,
  temporalActivationRegularization,
} from '@ulmfit/regularizers';
import { classifierLoader, languageModelLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer, inferencePass, memoryStore, type TrainingPlugin } from '@ulmfit/trainer';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { plainRnn, type PlainRnnTaps } from '../../../tools/plain-rnn.js';
import { createAwdLstm, type AwdLstmEncoder } from './awd-lstm.js';
import type { ClassifierHead } from './classifier-head.js';
import { createClassifier, type Classifier, type ClassifierInput } from './classifier.js';
import type { AnyEncoder, Encoder, TapsOf } from './encoder.js';
import { createLanguageModel, type LanguageModel } from './language-model.js';
import type { ClassifierTaps, LanguageModelTaps } from './taps.js';
import { gradientRecorder, loaderOf, someIds, tiny, weightsOf } from './tiny.test-helper.js';
import { copyEncoder, transferLanguageModel } from './vocabulary-transfer.js';

const sizes = { vocabulary: tiny.vocabulary, features: 3 };
const documents = TokenCorpus.fromDocuments(someIds(9, 14).map((row, i) => row.slice(0, 3 + ((i * 5) % 11))));
const labels = Array.from({ length: documents.length }, (_, i) => i % 2);

let before = 0;
beforeEach(() => void (before = tf.memory().numTensors));
afterEach(() => expect(tf.memory().numTensors).toBe(before));

const free = ({ embedding, groups, buffers = [] }: AnyEncoder) => {
  for (const { variable } of [embedding, ...groups.flatMap((g) => g.parameters), ...buffers])
    variable.dispose();
};

const batchOf = (rows: readonly (readonly number[])[]): ClassifierInput => ({
  ids: tf.tensor2d(
    rows.map((row) => [...row]),
    undefined,
    'int32',
  ),
  labels: tf.tensor1d(
    rows.map((_, i) => i % 2),
    'int32',
  ),
  lengths: rows.map((row) => row.length),
  starts: rows.map(() => 0),
});

/** Its logits are two features of the last step. */
const lastStep: ClassifierHead = {
  parameters: [],
  buffers: [],
  apply: (pooled) => tf.slice(pooled, [0, 0], [-1, 2]),
};

describe('models over an encoder of one’s own', () => {
  it('train a language model, whose weights a classifier starts from', async () => {
    const language = createLanguageModel({ encoder: plainRnn(sizes) });
    const reading = { batchSize: 2, window: 4, stage: 'lm', seed: 1 };
    const pretraining = createTrainer({
      model: language,
      optimizer: adam(),
      plugins: [
        inputDropout(0.1),
        outputDropout(0.1),
        activationRegularization(0.1),
        temporalActivationRegularization(0.1),
      ],
    });
    const train = languageModelLoader(documents, reading);
    const lossNow = async () => (await pretraining.evaluate(train))?.loss ?? NaN;
    const first = await lossNow();
    await pretraining.fit({ stage: 'lm', train, epochs: 12, lr: 5e-2 });
    expect(await lossNow()).toBeLessThan(0.9 * first);
    expect(language.groups.map(({ name }) => name)).toEqual(['layer', 'decoder']);

    const other = createLanguageModel({ encoder: plainRnn({ ...sizes, vocabulary: 4 }, 2) });
    const words = Array.from({ length: sizes.vocabulary }, (_, i) => `word ${i}`);
    const kept = transferLanguageModel(
      { model: language, words },
      { model: other, words: ['word 5', 'a', 'b', 'word 3'] },
    );
    expect(kept).toBe(2);
    expect(weightsOf(other)['layer.weight']).toEqual(weightsOf(language)['layer.weight']);

    const classifier = createClassifier({ encoder: plainRnn(sizes, 3), classes: 2, window: 4, maxLength: 8 });
    copyEncoder(language.encoder, classifier.encoder);
    expect(weightsOf(classifier)['embedding']).toEqual(weightsOf(language)['embedding']);
    expect(classifier.groups.map(({ name }) => name)).toEqual(['embedding', 'layer', 'head']);
    const training = createTrainer({ model: classifier, optimizer: adam(), plugins: [inputDropout(0.1)] });
    const labelled = classifierLoader(documents, labels, { batchSize: 3, window: 4 });
    await training.fit({ stage: 's', train: labelled, epochs: 1, lr: 1e-2 });
    for (const each of [pretraining, language, other, training, classifier]) each.dispose();
  });

  it('resume a language model and a classifier at the same weights, byte for byte', async () => {
    const reading = { batchSize: 2, window: 4, stage: 's', seed: 1 };
    const language = () => createLanguageModel({ encoder: plainRnn(sizes) });
    const classifier = () =>
      createClassifier({ encoder: plainRnn(sizes), classes: 2, window: 4, maxLength: 8 });
    const runs = {
      language: (plugins: TrainingPlugin[]) => {
        const model = language();
        const trainer = createTrainer({
          model,
          optimizer: adam(),
          plugins: [outputDropout(0.2), ...plugins],
        });
        const train = languageModelLoader(documents, { ...reading, shuffle: true, jitter: true });
        return { model, trainer, fit: () => trainer.fit({ stage: 's', train, epochs: 2, lr: 1e-2 }) };
      },
      classifier: (plugins: TrainingPlugin[]) => {
        const model = classifier();
        const trainer = createTrainer({ model, optimizer: adam(), plugins: [inputDropout(0.2), ...plugins] });
        const train = classifierLoader(documents, labels, { ...reading, shuffle: true });
        return { model, trainer, fit: () => trainer.fit({ stage: 's', train, epochs: 2, lr: 1e-2 }) };
      },
    };
    for (const run of Object.values(runs)) {
      const store = memoryStore();
      const whole = run([
        {
          name: 'saving',
          save: (ctx, moment) => {
            const { stage, epoch, step } = ctx;
            if (moment === 'step') void store.save({ name: `${step}`, stage, epoch, step }, ctx.stateDict());
          },
        },
      ]);
      await whole.fit();
      const resumed = run([]);
      const state = await store.load('3');
      resumed.trainer.loadStateDict(state);
      tf.dispose(state.tensors);
      await resumed.fit();
      expect(weightsOf(resumed.model)).toEqual(weightsOf(whole.model));
      for (const { trainer, model } of [whole, resumed]) {
        trainer.dispose();
        model.dispose();
      }
      for (const { name } of [...(await store.list())]) await store.remove(name);
    }
  });

  it('end the gradient at each window, though the encoder’s own goes on', async () => {
    const [row = []] = someIds(1, 8);
    const onlyInFirst = row.slice(0, 4).find((id) => !row.slice(4).includes(id)) ?? NaN;
    const gradientOfFirst = async (window: number) => {
      const model = createClassifier({ encoder: plainRnn(sizes), classes: 2, window, head: lastStep });
      const { steps, plugin } = gradientRecorder();
      const trainer = createTrainer({ model, optimizer: adam(), plugins: [plugin] });
      await trainer.fit({ stage: 's', train: loaderOf([() => batchOf([row])]), epochs: 1, lr: 1e-9 });
      trainer.dispose();
      model.dispose();
      return steps[0]?.['embedding']?.slice(3 * onlyInFirst, 3 * onlyInFirst + 3);
    };
    expect(await gradientOfFirst(4)).toEqual([0, 0, 0]);
    expect(await gradientOfFirst(8)).not.toEqual([0, 0, 0]);
  });

  it('give a text the same classes in any batch and any padding, read in windows or at once', () => {
    const model = createClassifier({ encoder: plainRnn(sizes), classes: 2, window: 4, maxLength: 8 });
    const rows = [someIds(1, 11)[0] ?? [], someIds(1, 3, 2)[0] ?? []];
    const long = batchOf([rows[0] ?? []]);
    const both = {
      ids: tf.tensor2d(
        [rows[0] ?? [], [...(rows[1] ?? []), ...new Array<number>(8).fill(7)]],
        [2, 11],
        'int32',
      ),
      lengths: [11, 3],
      starts: [0, 0],
    };
    const logits = (batch: ClassifierInput) =>
      inferencePass((pass) => model.forward(batch, pass).logits.arraySync());
    const [alone] = logits(long);
    expect(logits(both)[0]).toEqual(alone);
    const stepless = createClassifier({
      encoder: { ...model.encoder, stepwise: false },
      ...{ classes: 2, window: 4, maxLength: 8 },
    });
    expect(inferencePass((pass) => stepless.forward(long, pass).encoded.dataSync())).toEqual(
      inferencePass((pass) => model.forward(long, pass).encoded.dataSync()),
    );
    tf.dispose([long.ids, long.labels as tf.Tensor, both.ids]);
    for (const { variable } of [...(stepless.groups.at(-1)?.parameters ?? []), ...(stepless.buffers ?? [])])
      variable.dispose();
    model.dispose();
  });

  it('read by windows alone where the encoder is not one of steps', () => {
    const widths: number[] = [];
    const encoder = plainRnn(sizes);
    const watched = (stepwise: boolean): Encoder<PlainRnnTaps> => ({
      ...encoder,
      stepwise,
      run: (ids, states, pass) => {
        widths.push(ids.shape[1]);
        return encoder.run(ids, states, pass);
      },
    });
    const batch = batchOf(someIds(1, 12));
    for (const stepwise of [true, false]) {
      const model = createClassifier({ encoder: watched(stepwise), classes: 2, window: 4 });
      inferencePass((pass) => void model.forward(batch, pass));
      for (const { variable } of [...(model.groups.at(-1)?.parameters ?? []), ...(model.buffers ?? [])])
        variable.dispose();
    }
    expect(widths).toEqual([12, 4, 4, 4]);
    free(encoder);
    tf.dispose([batch.ids, batch.labels as tf.Tensor]);
  });

  it('take a head of one’s own', () => {
    const model = createClassifier({ encoder: plainRnn(sizes), classes: 2, head: lastStep });
    const batch = batchOf(someIds(2, 5));
    const [logits, pooled] = inferencePass((pass) => {
      const made = model.forward(batch, pass);
      return [made.logits.arraySync(), made.pooled.arraySync()];
    });
    expect(logits).toEqual(pooled?.map((row) => row.slice(0, 2)));
    const reading = { window: 72, maxLength: 1440, pooling: 'last-layer' };
    expect(model.config).toEqual({ classes: 2, multiLabel: false, ...reading });
    const wrong = createClassifier({ encoder: model.encoder, classes: 3, head: lastStep });
    expect(() => inferencePass((pass) => wrong.forward(batch, pass))).toThrow(
      'classifier: the head gave logits of [2, 2]; they must be [2, 3]: batch, classes',
    );
    model.dispose();
    tf.dispose([batch.ids, batch.labels as tf.Tensor]);
  });
});

describe('what is no encoder', () => {
  it.each<[string, (encoder: Encoder<PlainRnnTaps>) => Encoder<PlainRnnTaps>, string]>([
    [
      'an embedding of other words',
      (encoder) => ({ ...encoder, config: { vocabulary: 5 } }),
      'plain RNN: its vocabulary is 5, but its embedding has 11 rows; make them equal',
    ],
    [
      'an output of another width than the embedding',
      (encoder) => ({ ...encoder, features: 4 }),
      'language model: the embedding has 3 features and the output of plain RNN 4; the tied decoder needs them equal',
    ],
    [
      'no features',
      (encoder) => ({ ...encoder, features: NaN }),
      'plain RNN: features is NaN; it must be the size of the output, an integer from 1',
    ],
    [
      'a tap of the model’s name',
      (encoder) => ({ ...encoder, taps: ['input', 'raw'] as unknown as ['input'] }),
      'plain RNN: its tap raw has the same name as one of the model; rename it',
    ],
    [
      'an output that is batch-major',
      (encoder) => ({
        ...encoder,
        run: (ids, states, pass) => {
          const { output, states: after } = encoder.run(ids, states, pass);
          return { output: tf.transpose(output, [1, 0, 2]), states: after };
        },
      }),
      'plain RNN: run gave an output of [2, 5, 3] for ids of [2, 5]; it must be [5, 2, 3]: time, batch, features',
    ],
    [
      'a state that is gone',
      (encoder) => ({
        ...encoder,
        run: (ids, states, pass) => ({ ...encoder.run(ids, states, pass), states: {} }),
      }),
      'plain RNN: run gave no state h for a batch of 2; the first axis of a state is the batch',
    ],
    [
      'a state of one row',
      (encoder) => ({
        ...encoder,
        run: (ids, states, pass) => ({ ...encoder.run(ids, states, pass), states: { h: tf.zeros([1, 3]) } }),
      }),
      'plain RNN: run gave 1 rows of the state h for a batch of 2; the first axis of a state is the batch',
    ],
  ])('is refused: %s', (_, change, message) => {
    const encoder = plainRnn(sizes);
    const ids = tf.tensor2d(someIds(2, 5), undefined, 'int32');
    let model: LanguageModel<Encoder<PlainRnnTaps>> | undefined;
    expect(() =>
      tf.tidy(() => {
        model = createLanguageModel({ encoder: change(encoder) });
        inferencePass((pass) => void model?.forward({ ids, targets: ids }, pass));
      }),
    ).toThrow(expect.objectContaining({ message }));
    ids.dispose();
    free(encoder);
    model?.decoderBias.variable.dispose();
  });

  it('is no source for one of another architecture', () => {
    const [from, to] = [createAwdLstm({ ...tiny, embedding: 3 }), plainRnn(sizes)];
    expect(() => copyEncoder(from, to)).toThrow(
      'one encoder is AWD-LSTM, the other "plain RNN"; use the same architecture',
    );
    [from, to].forEach(free);
  });
});

describe('types', () => {
  it('have the taps of the encoder, and plugins that need others do not compile', () => {
    expectTypeOf<TapsOf<Encoder<PlainRnnTaps>>>().toEqualTypeOf<PlainRnnTaps>();
    expectTypeOf<keyof LanguageModelTaps<Encoder<PlainRnnTaps>>>().toEqualTypeOf<
      'input' | 'raw' | 'dropped' | 'output'
    >();
    expectTypeOf<keyof ClassifierTaps>().toEqualTypeOf<
      'embedding' | 'input' | 'weightHh' | 'hidden' | 'raw' | 'dropped' | 'head'
    >();
    expectTypeOf<LanguageModel>().toEqualTypeOf<LanguageModel<AwdLstmEncoder>>();
    expectTypeOf<AwdLstmEncoder>().toExtend<AnyEncoder>();
    expectTypeOf<Classifier>().toExtend<Classifier<AnyEncoder>>();

    const model = createLanguageModel({ encoder: plainRnn(sizes) });
    const base = { model, optimizer: adam() };
    // @ts-expect-error it has no layers between which to drop
    expect(() => createTrainer({ ...base, plugins: [hiddenDropout(0.1)] })).toThrow('uses the tap hidden');
    // @ts-expect-error nor recurrent weights to offer
    expect(() => createTrainer({ ...base, plugins: awdLstmDropouts() })).toThrow('uses the tap');
    type BatchMajor = Encoder<{ input: { layout: 'batch-major' } }>;
    const other: LanguageModel<BatchMajor> = createLanguageModel({
      encoder: { ...model.encoder, run: () => ({ output: tf.zeros([1, 1, 1]), states: {} }) } as BatchMajor,
    });
    // @ts-expect-error its texts stand along the first axis, and would share a mask
    createTrainer({ model: other, optimizer: adam(), plugins: [inputDropout(0.1)] }).dispose();
    other.decoderBias.variable.dispose();
    model.dispose();
  });
});
