import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ones, type Tensor3D } from '@tensorflow/tfjs-core';
import { createClassifier, createLanguageModel } from '@ulmfit/awd-lstm';
import {
  loadLanguageModel,
  type Decision,
  type LoadedClassifier,
  type LoadedLanguageModel,
} from '@ulmfit/inference';
import { trainLinear, type LinearClassifier } from '@ulmfit/linear';
import { adam } from '@ulmfit/optimizers';
import { adjustRecipe, loadClassifier, presets, trainLanguageModel, type Recipe } from '@ulmfit/pipeline';
import { Metrics } from '@ulmfit/serve';
import {
  buildVocabulary,
  classifierLoader,
  fastaiTokenizer,
  rowsTask,
  summarizeTask,
  surveyTokens,
  TokenCorpus,
  type ClassificationTask,
} from '@ulmfit/text';
import { toyRanks } from '@ulmfit/plugin-testkit';
import { createTrainer, type Collective, type TrainingPlugin } from '@ulmfit/trainer';
import { activationL1 } from '../../docs/examples/activation-l1.js';
import { stepDecay } from '../../docs/examples/step-decay.js';
import { createGru, gru } from '../../docs/examples/third-party/gru-encoder/src/index.js';

// What examples take as given, made afresh for each: as small as it can be.

const texts = [
  'My card was charged twice.',
  'I cannot sign in.',
  'The invoice is wrong.',
  'Reset my password.',
];
const classes = ['billing', 'account'];
const labels = [0, 1, 0, 1];
const tokenizer = fastaiTokenizer();
const documents = texts.map((text) => tokenizer.tokenize(text));
const vocabulary = buildVocabulary(documents);
const corpus = TokenCorpus.fromDocuments(documents.map((tokens) => vocabulary.encode(tokens)));
const sizes = { vocabulary: vocabulary.size, embedding: 4, hidden: 6, layers: 2 };

const model = () => createClassifier({ ...sizes, classes: 2, headLayers: [5] });
const trainer = () => createTrainer({ model: model(), optimizer: adam() });
const loader = () => classifierLoader(corpus, labels, { batchSize: 2 });
const rows = () => texts.map((text, i) => ({ text, label: classes[labels[i] ?? 0] ?? '' }));
const task = (): ClassificationTask =>
  rowsTask({
    train: rows(),
    valid: rows(),
    test: rows(),
    unlabelled: ['Where is my parcel?', 'Thank you, all is well now.', 'When do you open?'],
  });

/** A recipe that plain JavaScript runs in a moment. */
export const recipe = (): Recipe =>
  adjustRecipe(
    presets.tiny,
    {
      encoder: { embedding: 4, hidden: 6, layers: 2 },
      vocabulary: { maxWords: 60, minCount: 1 },
      languageModel: {
        ...{ texts: 'train-and-unlabelled', batchSize: 2, window: 5 },
        pretrain: { epochs: 1 },
        finetune: { epochs: 1 },
      },
      classifier: { batchSize: 2, headLayers: [5] },
    },
    'given',
  );

/** What an example's own tests have begun. */
const pending: unknown[] = [];
const it = (_: string, body: () => unknown) => void pending.push(body());

const parts = { train: corpus, valid: corpus, vocabulary };
const linearModel = (): Promise<LinearClassifier> =>
  trainLinear(
    rows().map(({ text }, i) => ({ text, labels: [labels[i] ?? 0] })),
    { classes: 2, multiLabel: false },
  );

export const given = {
  texts: () => texts,
  documents: () => documents,
  labels: () => labels,
  corpus: () => corpus,
  vocabulary: () => vocabulary,
  tokenizer: () => tokenizer,
  encoder: () => createLanguageModel(sizes).encoder,
  model,
  trainer,
  train: loader,
  validate: loader,
  batch: () => {
    const [batch] = loader().open({ epoch: 0, batch: 0 });
    assert(batch);
    return batch;
  },
  fit: () => ({ stage: 'all', train: loader(), epochs: 1, lr: 1e-2 }),
  rows,
  task,
  recipe,
  summary: () => summarizeTask(task()),
  survey: async () =>
    surveyTokens(task(), {
      tokenizer,
      vocabulary: {},
      texts: 'unlabelled',
      summary: await summarizeTask(task()),
    }),
  signal: () => new AbortController().signal,
  ranks: () => toyRanks(1)[0] as Collective,
  it: () => it,
  test: () => it,
  by: () => 2,
  rate: () => 2,
  x: () => ones([5, 2, 4]) as Tensor3D,
  isLong: () => true,
  preset: (): TrainingPlugin[] => [],
  neural: () => [
    [2, 0],
    [0, 1],
  ],
  linear: () => [
    [1, 0],
    [0, 1],
  ],
  data: () => parts,
  trained: linearModel,
  decision: (): Decision => ({ temperature: 1 }),
  lines: () => texts,
  draw:
    () =>
    (...drawn: readonly unknown[]) =>
      assert(drawn.length > 0),
  createGru: () => (config: { vocabulary: number; features: number }) => createGru({ ...config, layers: 2 }),
  gru: () => gru,
  stepDecay: () => stepDecay,
  activationL1: () => activationL1,
};

const documentsOf = () => ({ documents: corpus, labels });
/** What means something else in the examples of one package. */
export const givenIn = {
  '@ulmfit/awd-lstm': {
    ids: () => [...corpus.document(0)],
  },
  '@ulmfit/linear': {
    rows: () => texts.map((text, i) => ({ text, labels: [labels[i] ?? 0] })),
    classifier: linearModel,
  },
  '@ulmfit/inference': {
    classifier: (): Promise<LoadedClassifier> => loadClassifier('model.ulmfit'),
    explanation: () =>
      loadClassifier('model.ulmfit').then((loaded) => loaded.explain('My card was charged twice.')),
    model: (): Promise<LoadedLanguageModel> => loadLanguageModel(readFileSync('model-lm.ulmfit')),
  },
  '@ulmfit/semi-supervised': {
    reviews: () => corpus,
    unlabelled: () => classifierLoader(corpus, undefined, { batchSize: 2 }),
    passes: () => [
      [
        [0.9, 0.1],
        [0.2, 0.8],
      ],
    ],
  },
  '@ulmfit/serve': {
    metrics: () => new Metrics(),
    model: (): Promise<LoadedClassifier> => loadClassifier('model.ulmfit'),
    program: () => new URL('model.js', import.meta.url),
  },
  '@ulmfit/pipeline': {
    train: documentsOf,
    valid: documentsOf,
    classes: () => classes,
    test: () => rows(),
    tuned: () => trainLanguageModel({ stage: 'pretrain', recipe: recipe(), data: parts, seed: 1 }),
    validationLogits: () => [
      [2, 0],
      [0, 1],
    ],
    testLogits: () => ({
      neural: [
        [2, 0],
        [0, 1],
      ],
      linear: [
        [2, 0],
        [0, 1],
      ],
    }),
    validationLabels: () => [0, 1],
    validationProbabilities: () => [
      [0.9, 0.2],
      [0.3, 0.8],
    ],
  },
};

/** Waits for what an example has begun by `it`. */
export async function settle(): Promise<void> {
  await Promise.all(pending.splice(0));
}

/** Holds a value to the one that a comment shows, numbers to a thousandth. */
export function compare(actual: unknown, shown: unknown): void {
  assert.deepEqual(rounded(actual), rounded(shown));
}

const rounded = (value: unknown): unknown => {
  if (typeof value === 'number') return Number(value.toPrecision(3));
  if (ArrayBuffer.isView(value)) return rounded(Array.from(value as Float32Array));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rounded(each)]));
  return value;
};
