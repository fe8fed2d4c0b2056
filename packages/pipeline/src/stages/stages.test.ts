import { documentLogits } from '@ulmfit/inference';
import { memory } from '@tensorflow/tfjs-core';
import { accuracy, macroF1 } from '@ulmfit/awd-lstm';
import { classifierLoader } from '@ulmfit/text';
import {
  evaluate,
  memoryStore,
  type CheckpointStore,
  type Model,
  type TrainingPlugin,
} from '@ulmfit/trainer';
import { describe, expect, it } from 'vitest';
import { trainClassifier } from './classifier-stage.js';
import { trainLanguageModel, type TrainedLanguageModel } from './language-model-stage.js';
import { corpusOf, micro, microData, opinionsOf } from '../micro.test-helper.js';
import type { Recipe } from '../recipe/recipe.js';
import { Interrupted } from '../stage-context.js';
import type { StageEvent } from '../stage-event.js';

/** Every weight and buffer, as bytes. */
const bytesOf = (model: Pick<Model<never, unknown>, 'groups' | 'buffers'>): Record<string, string> =>
  Object.fromEntries(
    [...model.groups.flatMap((g) => g.parameters), ...(model.buffers ?? [])].map(({ name, variable }) => [
      name,
      Buffer.from(new Uint8Array(variable.dataSync().buffer)).toString('base64'),
    ]),
  );

/** Interrupts after the n-th step of all that is run with it. */
function interruptAfter(steps: number): { signal: AbortSignal; plugins: TrainingPlugin[] } {
  const controller = new AbortController();
  let done = 0;
  const plugin: TrainingPlugin = {
    name: 'interrupt',
    afterBatch: () => void (++done === steps && controller.abort()),
  };
  return { signal: controller.signal, plugins: [plugin] };
}

/** Runs a stage whole, and once with interruptions after some steps each; both must end with the same bytes. */
async function resumes<M extends { model: Pick<Model<never, unknown>, 'groups' | 'buffers'> }>(
  stage: (more: { store?: CheckpointStore; signal?: AbortSignal; plugins?: TrainingPlugin[] }) => Promise<M>,
  every: readonly number[],
): Promise<void> {
  const whole = bytesOf((await stage({ plugins: interruptAfter(Infinity).plugins })).model);
  const store = memoryStore();
  for (const steps of every)
    await expect(stage({ store, ...interruptAfter(steps) })).rejects.toThrow(Interrupted);
  const resumed = await stage({ store, plugins: interruptAfter(Infinity).plugins });
  expect(bytesOf(resumed.model)).toEqual(whole);
  // Killed before what it gave could be kept.
  expect(bytesOf((await stage({ store, plugins: interruptAfter(Infinity).plugins })).model)).toEqual(whole);
}

let pretraining: Promise<TrainedLanguageModel> | undefined;
/** One for all tests that begin with one. */
const pretrainedModel = () =>
  (pretraining ??= trainLanguageModel({ stage: 'pretrain', recipe: micro, data: microData(), seed: 1 }));

describe('trainLanguageModel', () => {
  const once = (languageModel: Partial<Recipe['languageModel']>, dropoutMultiplier = 0) => {
    const { pretrain } = micro.languageModel;
    const fit = pretrain && { ...pretrain, dropoutMultiplier, epochs: 1 };
    return { ...micro, languageModel: { ...micro.languageModel, pretrain: fit, ...languageModel } };
  };
  const weightsAfter = async (recipe: Recipe) => {
    const { model } = await trainLanguageModel({ stage: 'pretrain', recipe, data: microData(), seed: 1 });
    const bytes = bytesOf(model);
    model.dispose();
    return bytes;
  };

  it('takes single rates of dropout in place of the scaled ones', async () => {
    const none = { output: 0, hidden: 0, input: 0, embedding: 0, weight: 0 };
    const plain = await weightsAfter(once({}));
    expect(await weightsAfter(once({ dropoutRates: none }, 1))).toEqual(plain);
    expect(await weightsAfter(once({ dropoutRates: { ...none, weight: 0.5 } }, 1))).not.toEqual(plain);
  });

  it('compares with a sample of the words, and resumes so', async () => {
    const recipe = once({ sampledSoftmax: { frequent: 9, drawn: 5 } });
    expect(await weightsAfter(recipe)).not.toEqual(await weightsAfter(once({})));
    await resumes(
      (more) => trainLanguageModel({ stage: 'pretrain', recipe, data: microData(), seed: 1, ...more }),
      [2],
    );
  });

  it('lowers the perplexity, tells what it does, and leaves no tensor behind but the model', async () => {
    const before = memory().numTensors;
    const events: StageEvent[] = [];
    const data = microData();
    const { model, perplexity, accuracy } = await trainLanguageModel({
      stage: 'pretrain',
      recipe: micro,
      data,
      seed: 1,
      onEvent: (event) => events.push(event),
    });
    model.dispose();
    expect(memory().numTensors).toBe(before);
    expect(perplexity).toBeLessThan(data.vocabulary.size / 4);
    expect(accuracy).toBeGreaterThan(0.35);
    const epochs = events.filter((e) => e.type === 'epoch');
    expect(epochs.map((e) => e.epoch)).toEqual([0, 1, 2]);
    expect(Math.exp(epochs.at(-1)?.values['valid/loss'] ?? NaN)).toBeCloseTo(perplexity);
    expect(
      events.filter((e) => e.type === 'step').every((e) => e.lr > 0 && Number.isFinite(e.values['loss'])),
    ).toBe(true);
  });

  it('moves a pretrained model to the words of the target', async () => {
    const pretrained = await pretrainedModel();
    const target = microData(2);
    const options = { stage: 'finetune', recipe: micro, data: target, seed: 1 } as const;
    const tuned = await trainLanguageModel({ ...options, from: pretrained });
    const scratch = await trainLanguageModel(options);
    expect(tuned.perplexity).toBeLessThan(scratch.perplexity);
  });

  it('ends with the same bytes when it was interrupted', async () => {
    const data = microData();
    await resumes(
      (more) => trainLanguageModel({ stage: 'pretrain', recipe: micro, data, seed: 3, ...more }),
      [3, 1, 9],
    );
  });

  it('has nothing to pretrain by in a recipe without pretraining', async () => {
    const recipe = { ...micro, languageModel: { ...micro.languageModel, pretrain: null } };
    await expect(
      trainLanguageModel({ stage: 'pretrain', recipe, data: microData(), seed: 1 }),
    ).rejects.toMatchObject({ code: 'NO_PRETRAINING' });
  });
});

describe('trainClassifier', () => {
  const classes = ['neg', 'pos'];
  const setUp = async () => {
    const pretrained = await pretrainedModel();
    const { vocabulary } = pretrained;
    const of = (count: number, seed: number) => {
      const { texts, labels } = opinionsOf(count, seed);
      return { documents: corpusOf(texts, vocabulary).corpus, labels };
    };
    return { from: pretrained, vocabulary, train: of(40, 5), test: of(30, 6) };
  };

  it('learns, and scores every document once', async () => {
    const { test, ...data } = await setUp();
    const classifier = await trainClassifier({ recipe: micro, classes, seed: 1, ...data });
    const logits = await documentLogits(classifier, test.documents);
    expect(logits).toHaveLength(30);
    const right = logits.filter(([neg = 0, pos = 0], i) => (pos > neg ? 1 : 0) === test.labels[i]).length;
    expect(right).toBeGreaterThan(21); // far above chance, in whichever order it rounds
  });

  it('trains a group alone where a fit says so', async () => {
    const { test: _, ...data } = await setUp();
    /** The groups that the first step of a fit trains. */
    const trained = async (freezeTo: number, alone: boolean) => {
      const fits = [{ name: 'one', ...{ freezeTo, alone }, epochs: 1, lr: 1e-2, spread: 1 }];
      const recipe = { ...micro, classifier: { ...micro.classifier, fits } };
      let names: string[] = [];
      const { signal, plugins } = interruptAfter(1);
      const watch: TrainingPlugin = {
        name: 'watch',
        beforeBatch: ({ groups }) =>
          void (names = [...groups].filter(({ frozen }) => !frozen).map(({ name }) => name)),
      };
      const options = { recipe, classes, seed: 1, ...data, signal, plugins: [...plugins, watch] };
      await expect(trainClassifier(options)).rejects.toThrow(Interrupted);
      return names;
    };
    expect(await trained(-2, false)).toEqual(['rnn2', 'head']);
    expect(await trained(-2, true)).toEqual(['rnn2']);
  });

  it('ends with the same bytes when it was interrupted, within and between its fits', async () => {
    const { test: _, ...data } = await setUp();
    await resumes(
      (more) => trainClassifier({ recipe: micro, classes, seed: 2, ...data, ...more }),
      [4, 10, 6],
    );
  });

  describe('with texts held out', () => {
    /** The recipe with other settings of the classifier. */
    const withSettings = (settings: Partial<Recipe['classifier']>): Recipe => ({
      ...micro,
      classifier: { ...micro.classifier, ...settings },
    });
    /** What validation told, epoch by epoch. */
    const watched = () => {
      const told: { fit: string; epoch: number; values: Readonly<Record<string, number>> }[] = [];
      const onEvent = (e: StageEvent) => void (e.type === 'epoch' && told.push(e));
      return { told, onEvent };
    };

    it('tells figures by epoch, and ends with the weights of the best', async () => {
      const { test: valid, ...data } = await setUp();
      const { told, onEvent } = watched();
      const before = memory().numTensors;
      const fits = [
        { name: 'all', freezeTo: 0, epochs: 3, lr: 4e-2, spread: 1.5 },
        { name: 'spoil', freezeTo: 0, epochs: 1, lr: 2, spread: 1 },
      ];
      const recipe = withSettings({ fits, classWeights: 'balanced', keepBest: 'loss' });
      const { model, best } = await trainClassifier({ recipe, classes, seed: 1, ...data, valid, onEvent });
      expect(told).toHaveLength(4);
      const losses = told.map(({ values }) => values['valid/loss'] as number);
      const at = losses.indexOf(Math.min(...losses));
      expect(at).toBeLessThan(3);
      const { fit, epoch, values } = told[at] as (typeof told)[number];
      expect(best).toEqual({
        ...{ fit, epoch, loss: losses[at] },
        ...{ accuracy: values['valid/accuracy'], macroF1: values['valid/macroF1'] },
      });
      const loader = classifierLoader(valid.documents, valid.labels, { batchSize: 3, window: 6 });
      const again = await evaluate(model, loader, { metrics: [accuracy, macroF1] });
      expect(again).toEqual({
        loss: values['valid/loss'],
        accuracy: values['valid/accuracy'],
        macroF1: values['valid/macroF1'],
      });
      model.dispose();
      expect(memory().numTensors).toBe(before);
    });

    it('ends with the same bytes when it was interrupted, and early where it gets no better', async () => {
      const { test: valid, ...data } = await setUp();
      const { told, onEvent } = watched();
      const recipe = withSettings({ patience: 2, keepBest: 'accuracy' });
      const options = { recipe, classes, seed: 1, ...data, valid };
      await resumes(
        (more) => trainClassifier({ ...options, ...more, ...(more.store ? {} : { onEvent }) }),
        [4, 9, 21],
      );
      expect(told.length).toBeLessThan(7);
    });

    it('learns any number of classes a text, and keeps the last epoch where it is told to', async () => {
      const { test, train, ...data } = await setUp();
      const several = ({ documents, labels }: typeof train) => ({
        documents,
        labels: labels.map((label) => (label === 1 ? [0, 1] : [])),
      });
      const { told, onEvent } = watched();
      const { model, best } = await trainClassifier({
        recipe: withSettings({ classWeights: 'balanced', keepBest: 'none' }),
        ...{ classes: ['pos', 'opinion'], multiLabel: true, seed: 1, ...data, onEvent },
        ...{ train: several(train), valid: several(test) },
      });
      expect([model.config.multiLabel, best]).toEqual([true, undefined]);
      const loader = classifierLoader(test.documents, several(test).labels, {
        ...{ batchSize: 3, window: 6, classes: 2 },
      });
      const last = told.at(-1)?.values ?? {};
      expect((await evaluate(model, loader))?.['loss']).toBe(last['valid/loss']);
      expect(last['valid/accuracy']).toBeGreaterThan(0.7);
      model.dispose();
    });

    it('refuses to wait for figures that nothing gives', async () => {
      const { test: _, ...data } = await setUp();
      await expect(
        trainClassifier({ recipe: withSettings({ patience: 3 }), classes, seed: 1, ...data }),
      ).rejects.toMatchObject({
        code: 'BAD_RECIPE',
        message:
          'recipe: classifier.patience is 3, but no texts are held out for validation; hold some out, or set it to null',
      });
    });
  });

  it('adds epochs up to the minimum of steps', async () => {
    const { test: _, ...data } = await setUp(); // 40 documents: 10 steps an epoch
    const [head] = micro.classifier.fits;
    if (!head) throw new Error('unreachable');
    const fits = [
      { ...head, name: 'one', minimumSteps: 10 },
      { ...head, name: 'three', minimumSteps: 21 },
      { ...head, name: 'four', epochs: 4, minimumSteps: 21 },
    ];
    const seen: [string, number, number][] = [];
    const { model } = await trainClassifier({
      recipe: { ...micro, classifier: { ...micro.classifier, fits } },
      classes,
      seed: 1,
      ...data,
      onEvent: (e) => e.type === 'begin' && seen.push([e.fit, e.epochs, e.steps]),
    });
    model.dispose();
    expect(seen).toEqual([
      ['classify.1-one', 1, 10],
      ['classify.2-three', 3, 30],
      ['classify.3-four', 4, 40],
    ]);
  });

  it('starts from scratch where there is no language model', async () => {
    const { from: _, test, ...data } = await setUp();
    const seen: string[] = [];
    const classifier = await trainClassifier({
      recipe: micro,
      classes,
      seed: 1,
      ...data,
      onEvent: (e) => e.type === 'begin' && seen.push(e.fit),
    });
    expect(seen).toEqual(['classify.1-scratch']);
    expect(await documentLogits(classifier, test.documents)).toHaveLength(30);
  });
});
