import { memory } from '@tensorflow/tfjs-core';
import { memoryStore, type CheckpointStore, type Model, type TrainingPlugin } from '@ulmfit/trainer';
import { describe, expect, it } from 'vitest';
import { trainClassifier } from './classifier-stage.js';
import { documentLogits } from './document-logits.js';
import { trainLanguageModel } from './language-model-stage.js';
import { corpusOf, micro, microData, opinionsOf } from './micro.test-helper.js';
import { Interrupted, type StageEvent } from './stage-context.js';

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
}

describe('trainLanguageModel', () => {
  it('lowers the perplexity and tells what it does', async () => {
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
    const pretrained = await trainLanguageModel({
      stage: 'pretrain',
      recipe: micro,
      data: microData(),
      seed: 1,
    });
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

  it('leaves no tensor behind but the model', async () => {
    const before = memory().numTensors;
    const { model } = await trainLanguageModel({
      stage: 'pretrain',
      recipe: micro,
      data: microData(),
      seed: 1,
    });
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describe('trainClassifier', () => {
  const classes = ['neg', 'pos'];
  const setUp = async () => {
    const pretrained = await trainLanguageModel({
      stage: 'pretrain',
      recipe: micro,
      data: microData(),
      seed: 1,
    });
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

  it('ends with the same bytes when it was interrupted, within and between its fits', async () => {
    const { test: _, ...data } = await setUp();
    await resumes(
      (more) => trainClassifier({ recipe: micro, classes, seed: 2, ...data, ...more }),
      [4, 10, 6],
    );
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
