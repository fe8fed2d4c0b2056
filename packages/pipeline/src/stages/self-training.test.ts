import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { fastaiTokenizer, rowsTask } from '@ulmfit/text';
import { memoryStore, type CheckpointStore, type Model, type TrainingPlugin } from '@ulmfit/trainer';
import { expect, it, onTestFinished } from 'vitest';
import { saveLanguageModel } from '../inference/save-models.js';
import { corpusOf, micro, opinionsOf } from '../micro.test-helper.js';
import type { ClassifierRecipe } from '../recipe/recipe.js';
import { run } from '../run/run.js';
import { Interrupted } from '../stage-context.js';
import type { StageEvent } from '../stage-event.js';
import { trainClassifier } from './classifier-stage.js';
import { trainBySelfTraining } from './self-training.js';

const probe = {
  ...{ heads: 1, steps: 20, batchSize: 8, lr: 0.1, weightDecay: 0.01 },
  ...{ labelSmoothing: 0.1, dropout: 0.1 },
};
const selfTraining = {
  ...{ rounds: 2, texts: 8, perClass: 4, passes: 3, mostShare: 1 },
  ...({ teacher: 'blend', choose: 'draw' } as const),
};

const recipeOf = (settings: Partial<ClassifierRecipe>) => ({
  ...micro,
  classifier: { ...micro.classifier, headLayers: [], headDropout: [], probe, fits: [], ...settings },
});

function setUp(settings: Partial<ClassifierRecipe> = {}) {
  const learnt = opinionsOf(12, 5);
  const { corpus, vocabulary } = corpusOf(learnt.texts);
  const model = createLanguageModel({ vocabulary: vocabulary.size, ...micro.encoder }, { seed: 1 });
  onTestFinished(() => model.dispose());
  const unlabelled = corpusOf(opinionsOf(8, 7).texts, vocabulary).corpus;
  const train = { documents: corpus, labels: learnt.labels };
  const recipe = recipeOf({ selfTraining, ...settings });
  return {
    recipe,
    train,
    vocabulary,
    classes: ['neg', 'pos'],
    from: { model, vocabulary },
    seed: 1,
    unlabelled,
  };
}

const bytesOf = ({ groups, buffers = [] }: Pick<Model<never, unknown>, 'groups' | 'buffers'>) =>
  [...groups.flatMap(({ parameters }) => parameters), ...buffers].map(({ name, variable }) => [
    name,
    Buffer.from(variable.dataSync().slice().buffer).toString('base64'),
  ]);

it('learns from texts that it has labelled itself, round by round, and ends with the same bytes when it was interrupted', async () => {
  const data = { ...setUp(), selfTraining };
  const before = memory().numTensors;
  const told: StageEvent[] = [];
  const whole = await trainBySelfTraining({ ...data, onEvent: (event) => void told.push(event) });
  expect(memory().numTensors - before).toBe(bytesOf(whole.model).length);
  const rounds = told.filter((event) => event.type === 'pseudo-labels');
  expect(rounds.map(({ round }) => round)).toEqual([1, 2]);
  for (const { texts, shares, probability } of rounds) {
    expect(texts).toBeLessThanOrEqual(8);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    expect(probability).toBeGreaterThan(0.5);
  }
  const fits = told.flatMap((event) => (event.type === 'begin' ? [event.fit] : []));
  expect(fits).toEqual(['classify.0-probe', 'classify.round1.0-probe', 'classify.round2.0-probe']);

  const stores = new Map<string, CheckpointStore>();
  const storeOf = (name: string) => {
    const store = stores.get(name) ?? memoryStore();
    stores.set(name, store);
    return store;
  };
  const resumed = async (after: number) => {
    const controller = new AbortController();
    let steps = 0;
    return trainBySelfTraining({
      ...data,
      store: storeOf('classify'),
      probeStore: storeOf('probe'),
      roundStore: (round, part) => storeOf(`${part}-${round}`),
      signal: controller.signal,
      onEvent: ({ type }) => void (type === 'step' && ++steps === after && controller.abort()),
    });
  };
  for (const steps of [12, 15, 14]) await expect(resumed(steps)).rejects.toThrow(Interrupted);
  const again = await resumed(Infinity);
  expect(bytesOf(again.model)).toEqual(bytesOf(whole.model));
  for (const { model } of [whole, again]) model.dispose();
  expect(memory().numTensors).toBeGreaterThanOrEqual(before); // memory stores keep theirs
});

it('learns from the share of the texts that the recipe allows', async () => {
  const quarter = { ...selfTraining, rounds: 1, share: 0.25 };
  const texts: number[] = [];
  const { model } = await trainBySelfTraining({
    ...{ ...setUp(), selfTraining: quarter },
    onEvent: (event) => void (event.type === 'pseudo-labels' && texts.push(event.texts)),
  });
  expect(texts).toEqual([2]); // one of each class, of 8 texts
  model.dispose();
});

it('ends where a model labels nearly all alike, and says so', async () => {
  const one = { ...selfTraining, mostShare: 0.5 };
  const data = setUp();
  const { documents, labels } = data.train;
  const ofOneClass = Uint32Array.from(labels.flatMap((label, i) => (label === 1 ? [i] : [])));
  const warnings: string[] = [];
  const { model } = await trainBySelfTraining({
    ...{ ...data, unlabelled: documents.subset(ofOneClass), selfTraining: one },
    onEvent: (event) => void (event.type === 'warning' && warnings.push(event.message)),
  });
  expect(warnings).toEqual([
    expect.stringMatching(
      /^round 1 of self-training is left out: pseudoLabels: \d+ % of the texts are labelled as class 1, above the limit of 63 %/,
    ),
  ]);
  model.dispose();
});

it.each([
  ['loss', [1]],
  ['none', [1, 2]],
] as const)('where rounds validate worse, keepBest %s makes %j', async (keepBest, rounds) => {
  const all = { name: 'all', freezeTo: 0, epochs: 4, lr: 1e-2, spread: 1.5 };
  const data = setUp({ keepBest, probe: null, fits: [all], dropoutMultiplier: 0 });
  // What is told apart better is wronger here.
  const valid = { ...data.train, labels: data.train.labels.map((label) => 1 - label) };
  const told: number[] = [];
  const { model } = await trainBySelfTraining({
    ...{ ...data, valid, selfTraining: { ...selfTraining, mostShare: 1 } },
    onEvent: (event) => void (event.type === 'pseudo-labels' && told.push(event.round)),
  });
  expect(told).toEqual(rounds);
  model.dispose();
});

it('refuses several classes a text, and a plugin whose state the rounds would share', async () => {
  const data = { ...setUp(), selfTraining };
  await expect(trainBySelfTraining({ ...data, multiLabel: true })).rejects.toMatchObject({
    code: 'BAD_RECIPE',
    message:
      'recipe: classifier.selfTraining needs one class per text, and these may have several; set it to null',
  });
  const plugin: TrainingPlugin = {
    name: 'counting',
    stateDict: () => ({ json: {}, tensors: {} }),
    loadStateDict: () => undefined,
  };
  await expect(trainBySelfTraining({ ...data, plugins: [plugin] })).rejects.toMatchObject({
    code: 'BAD_PLUGINS',
  });
});

it("adds the recipe's terms over texts without a label, and resumes to the same bytes", async () => {
  const all = { name: 'all', freezeTo: 0, epochs: 1, lr: 1e-2, spread: 1.5 };
  const semiSupervised = {
    ...{ texts: 8, adversarial: 1, virtualAdversarial: 0.5, entropy: 0.2, share: 0.02, rampUp: 0.5 },
  };
  const data = setUp({ probe: null, selfTraining: null, fits: [all], semiSupervised, dropoutMultiplier: 0 });
  const values: Record<string, number>[] = [];
  const whole = await trainClassifier({
    ...data,
    onEvent: (event) => void (event.type === 'step' && values.push({ ...event.values })),
  });
  for (const term of ['adversarial', 'virtualAdversarial', 'entropy'])
    expect(values.at(-1)?.[term]).toBeGreaterThan(0);
  const store = memoryStore();
  const controller = new AbortController();
  let steps = 0;
  await expect(
    trainClassifier({
      ...{ ...data, store, signal: controller.signal },
      onEvent: ({ type }) => void (type === 'step' && ++steps === 2 && controller.abort()),
    }),
  ).rejects.toThrow(Interrupted);
  const again = await trainClassifier({ ...data, store });
  expect(bytesOf(again.model)).toEqual(bytesOf(whole.model));
  for (const { model } of [whole, again]) model.dispose();
});

it.each([
  ['blend', 'draw'],
  ['linear', 'most-certain'],
] as const)(
  'is a stage of a run in which the %s teaches by %s, and leaves no checkpoints',
  async (teacher, choose) => {
    const root = mkdtempSync(join(tmpdir(), 'ulmfit-self-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const { from } = setUp();
    const encoder = join(root, 'language-model');
    saveLanguageModel(encoder, from, { tokenizer: fastaiTokenizer(), backwards: false });
    const { texts, labels } = opinionsOf(24, 5);
    const row = (i: number) => ({ text: texts[i] ?? '', label: labels[i] === 1 ? 'good' : 'bad' });
    const task = rowsTask({
      train: Array.from({ length: 16 }, (_, i) => row(i)),
      valid: Array.from({ length: 8 }, (_, i) => row(16 + i)),
      unlabelled: opinionsOf(20, 8).texts,
    });
    const rounds: number[] = [];
    const folder = join(root, 'run');
    const result = await run({
      ...{
        folder,
        task,
        encoder,
        recipe: recipeOf({ selfTraining: { ...selfTraining, rounds: 1, teacher, choose } }),
      },
      ...{ stages: ['linear', 'classify', 'evaluate'], tokenCache: false },
      onEvent: (event) => void (event.type === 'pseudo-labels' && rounds.push(event.texts)),
    });
    expect(rounds).toEqual([8]);
    expect(result.evaluate?.judgements.neural.documents).toBe(8);
    const checkpoints = join(folder, 'checkpoints');
    expect(existsSync(checkpoints) ? readdirSync(checkpoints) : []).toEqual([]);
  },
);
