import { memory, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { inferencePass, memoryStore, type Model } from '@ulmfit/trainer';
import { bundleOfClassifier, classifierFromBundle, documentLogits, plainDecision } from '@ulmfit/inference';
import { fastaiTokenizer } from '@ulmfit/text';
import { expect, it, onTestFinished } from 'vitest';
import { corpusOf, micro, opinionsOf } from '../micro.test-helper.js';
import { recipeSchema, type ClassifierRecipe } from '../recipe/recipe.js';
import { Interrupted } from '../stage-context.js';
import type { StageEvent } from '../stage-event.js';
import { trainClassifier } from './classifier-stage.js';
import { createLinearProbes, meanHead } from './linear-probes.js';
import { featureStatistics } from './pooled-features.js';

const tokenizer = fastaiTokenizer();
const probe = {
  ...{ heads: 3, steps: 60, batchSize: 8, lr: 0.1, weightDecay: 0.01 },
  ...{ labelSmoothing: 0.1, dropout: 0.1 },
};
const all = { name: 'all', freezeTo: 0, epochs: 1, lr: 1e-2, spread: 1.5 };

function setUp(settings: Partial<ClassifierRecipe> = {}) {
  const recipe = {
    ...micro,
    classifier: { ...micro.classifier, headLayers: [], probe, fits: [], ...settings },
  };
  const learnt = opinionsOf(12, 5);
  const { corpus, vocabulary } = corpusOf(learnt.texts);
  const model = createLanguageModel({ vocabulary: vocabulary.size, ...micro.encoder }, { seed: 1 });
  onTestFinished(() => model.dispose());
  const held = opinionsOf(8, 6);
  const valid = { documents: corpusOf(held.texts, vocabulary).corpus, labels: held.labels };
  const train = { documents: corpus, labels: learnt.labels };
  return { recipe, train, valid, vocabulary, classes: ['neg', 'pos'], from: { model, vocabulary }, seed: 1 };
}

const bytesOf = ({ groups, buffers = [] }: Pick<Model<never, unknown>, 'groups' | 'buffers'>) =>
  [...groups.flatMap(({ parameters }) => parameters), ...buffers].map(({ name, variable }) => [
    name,
    Buffer.from(variable.dataSync().slice().buffer).toString('base64'),
  ]);

it('learns by what the frozen encoder pools, reads each text once, and leaves no tensor but the model', async () => {
  const { valid, ...data } = setUp({ pooling: 'all-layers' });
  const before = memory().numTensors;
  const events: StageEvent[] = [];
  const trained = await trainClassifier({ ...data, valid, onEvent: (event) => void events.push(event) });
  const rightOf = async ({ documents, labels }: typeof valid) =>
    (await documentLogits(trained, documents)).filter(
      ([neg = 0, pos = 0], i) => Number(pos > neg) === labels[i],
    ).length;
  expect(await rightOf(data.train)).toBeGreaterThan(9);
  expect(trained.best?.fit).toBe('classify.0-probe');
  expect(trained.best?.accuracy).toBeCloseTo((await rightOf(valid)) / 8, 6);
  const read = events.filter((event) => event.type === 'evaluate');
  expect(read.map(({ done, batches }) => done === batches).filter(Boolean)).toHaveLength(2);
  const bundle = bundleOfClassifier({ classifier: trained, tokenizer, decision: plainDecision });
  const { classifier: loaded } = classifierFromBundle(bundle, 'the bundle');
  expect(await documentLogits(loaded, valid.documents)).toEqual(
    await documentLogits(trained, valid.documents),
  );
  for (const { model } of [trained, loaded]) model.dispose();
  expect(memory().numTensors).toBe(before);
});

it('ends with the same bytes when it was interrupted, in the probe and in the fit after it', async () => {
  const { valid, ...data } = setUp({ fits: [all] });
  const whole = await trainClassifier({ ...data, valid });
  const [store, probeStore] = [memoryStore(), memoryStore()];
  const stopping = async (after: number) => {
    const controller = new AbortController();
    let steps = 0;
    const onEvent = ({ type }: StageEvent) =>
      void (type === 'step' && ++steps === after && controller.abort());
    await trainClassifier({ ...data, valid, store, probeStore, onEvent, signal: controller.signal });
  };
  for (const steps of [7, 40, 15]) await expect(stopping(steps)).rejects.toThrow(Interrupted);
  const resumed = await trainClassifier({ ...data, valid, store, probeStore });
  expect(bytesOf(resumed.model)).toEqual(bytesOf(whole.model));
  expect(resumed.best).toEqual(whole.best);
  for (const { model } of [whole, resumed]) model.dispose();
});

it('goes back to the head of the frozen encoder where the fits after it only spoil it', async () => {
  const { valid, ...data } = setUp();
  const alone = await trainClassifier({ ...data, valid });
  const { classifier } = data.recipe;
  const recipe = { ...data.recipe, classifier: { ...classifier, fits: [{ ...all, epochs: 1, lr: 3 }] } };
  const spoilt = await trainClassifier({ ...data, recipe, valid });
  expect(spoilt.best?.fit).toBe('classify.0-probe');
  expect(bytesOf(spoilt.model)).toEqual(bytesOf(alone.model));
  for (const { model } of [alone, spoilt]) model.dispose();
});

it('gives one head with the mean of the logits of all', () => {
  const sizes = { features: 4, classes: 3, heads: 5 };
  const [probes, one] = [sizes, { ...sizes, heads: 1 }].map((each, seed) =>
    createLinearProbes({ ...each, multiLabel: false, labelSmoothing: 0, seed }),
  );
  if (!probes || !one) throw new Error('unreachable');
  tidy(() => {
    const tensors = meanHead(probes, sizes);
    for (const { name, variable } of [...one.head.parameters, ...one.head.buffers]) {
      const value = tensors[name];
      if (!value) throw new Error(`there is no ${name}`);
      variable.assign(value);
    }
    const features = tensor2d([0.5, -1, 2, 0, 1, 3, -2, 0.25], [2, 4]);
    const batch = { features, labels: tensor2d([0, 1], [2, 1]), draws: tensor2d([1, 1], [2, 1]) };
    const [mean, merged] = [probes, one].map((model) =>
      inferencePass((pass) => model.forward(batch, pass).logits).dataSync(),
    );
    mean?.forEach((value, i) => expect(merged?.[i]).toBeCloseTo(value, 6));
  });
  for (const model of [probes, one]) model.dispose();
});

it('has the statistics that BatchNorm keeps', () => {
  const { mean, variance } = featureStatistics({
    features: 2,
    values: Float32Array.of(1, 10, 2, 10, 6, 13),
  });
  expect([...mean]).toEqual([3, 11]);
  expect([...variance]).toEqual([7, 3]);
});

it('needs a head without hidden layers, and a fit where there is no probe', () => {
  const issue = (settings: object) =>
    recipeSchema.safeParse({ ...micro, classifier: { ...micro.classifier, ...settings } }).error?.issues[0]
      ?.message;
  expect(issue({ probe })).toBe('must be [] with a probe: its mean is one linear layer');
  expect(issue({ fits: [] })).toBe('must have a fit, unless there is a probe');
  expect(issue({ probe, headLayers: [], fits: [] })).toBeUndefined();
});
