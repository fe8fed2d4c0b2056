import { layerWeights } from '@ulmfit/awd-lstm';
import { dispose, fill, matMul } from '@tensorflow/tfjs-core';
import type { Architecture } from '@ulmfit/awd-lstm';
import { TokenCorpus, type Vocabulary } from '@ulmfit/text';
import type { FitOptions, Optimizer, Trainer, TrainingPlugin } from '@ulmfit/trainer';
import type { Recipe } from '../recipe/recipe.js';
import { prepareClassifier } from './classifier-stage.js';
import { prepareLanguageModel } from './language-model-stage.js';
import { plannedEncoder } from './plan-stage.js';

/** How many tokens a second a recipe's models learn from on this machine, as it is now. */
export interface StepRates {
  readonly languageModel: number;
  /** The classifier with its head alone trained, which is little more than a forward pass. */
  readonly head: number;
  /** The classifier with everything trained. */
  readonly all: number;
}

/** Seconds of steps that each rate is measured over; the first step, in which much is made once, and one more are made anyway. */
const SECONDS = 0.4;
/** Steps at most. */
const STEPS = 40;
/** Seconds that a step may take: one of a large model on the whole window takes many. */
const STEP_SECONDS = 0.2;
/** What would take so long even on the shortest window, such as on plain JavaScript, is reckoned by products alone. */
const LONGEST_STEP_SECONDS = 1.5;
const SHORTEST_WINDOW = 4;
/** A training step has the products of a forward pass and twice those. */
const PASSES = 3;

/**
 * Trains fresh models of a recipe's sizes for a moment on ids of no meaning: a second or two on a processor of some years.
 * Nothing is kept, and nothing that is trained later depends on it.
 */
export async function measureStepRates(
  recipe: Recipe,
  {
    vocabulary,
    classes,
    architecture,
    signal,
  }: {
    vocabulary: Vocabulary;
    classes: readonly string[];
    architecture?: Architecture | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<StepRates> {
  const { batchSize: streams, window, sampledSoftmax } = recipe.languageModel;
  const compared = sampledSoftmax ? sampledSoftmax.frequent + sampledSoftmax.drawn : vocabulary.size;
  const products = productsOf({ recipe, architecture }, Math.min(compared, vocabulary.size));
  const { batchSize: documents, window: read } = recipe.classifier;
  const speed = await productsPerSecond();
  const windowOf = (perToken: number, batch: number, longest: number) => {
    const time = Math.round((STEP_SECONDS * speed) / (PASSES * perToken * batch));
    return Math.min(longest, Math.max(SHORTEST_WINDOW, time));
  };
  const time = windowOf(products.languageModel, streams, window);
  const length = windowOf(products.encoder, documents, read);
  const longest = Math.max(products.languageModel * streams * time, products.encoder * documents * length);
  if ((PASSES * longest) / speed > LONGEST_STEP_SECONDS) {
    return {
      languageModel: speed / (PASSES * products.languageModel),
      head: speed / products.encoder,
      all: speed / (PASSES * products.encoder),
    };
  }
  const tokens = (count: number, of: number) =>
    TokenCorpus.fromDocuments(
      Array.from({ length: of }, (_, d) =>
        Int32Array.from({ length: count }, (_, i) => (7919 * (d * count + i) + 11) % vocabulary.size),
      ),
    );

  const language = prepareLanguageModel({
    stage: 'finetune',
    recipe: { ...recipe, languageModel: { ...recipe.languageModel, window: time, jitter: false } },
    data: { train: tokens(STEPS * time + 1, streams), valid: tokens(2, streams), vocabulary },
    architecture,
    seed: 0,
  });
  let languageModel: number;
  try {
    const { validate: _, ...fit } = language.fit;
    languageModel = (streams * time) / (await secondsOfStep(language.trainer, fit, signal));
  } finally {
    language.trainer.dispose();
    language.model.dispose();
  }

  const corpus = tokens(length, STEPS * documents);
  const labels = Int32Array.from({ length: corpus.length }, (_, i) => i % classes.length);
  const rate = async (freezeTo: number): Promise<number> => {
    const scratch = { ...recipe.classifier.scratch, freezeTo };
    const settings = { ...recipe.classifier, scratch, classWeights: 'none', patience: null } as const;
    const { model, trainer, fits } = prepareClassifier({
      recipe: { ...recipe, classifier: settings },
      train: { documents: corpus, labels },
      ...{ vocabulary, classes, architecture, seed: 0 },
    });
    try {
      const [fit] = fits;
      if (!fit) return NaN;
      const { stage, train, plugins } = fit;
      const seconds = await secondsOfStep(trainer, { stage, train, plugins, epochs: 1 }, signal);
      return (documents * length) / seconds;
    } finally {
      trainer.dispose();
      model.dispose();
    }
  };
  return { languageModel, head: await rate(-1), all: await rate(0) };
}

/** The median time of a fit's steps but for the first, unless that took so long that it has to do. */
async function secondsOfStep<Batch, Output, Taps, O extends Optimizer>(
  trainer: Trainer<Batch, Output, Taps, O>,
  fit: FitOptions<NoInfer<Batch>, NoInfer<Output>, NoInfer<Taps>>,
  signal: AbortSignal | undefined,
): Promise<number> {
  const times: number[] = [performance.now()];
  const enough = new AbortController();
  const timer: TrainingPlugin = {
    name: 'stepTimer',
    enforce: 'post',
    afterBatch: () => {
      times.push(performance.now());
      const passed = performance.now() - (times[0] ?? 0);
      const isSlow = passed > 1000 * LONGEST_STEP_SECONDS;
      if (isSlow || (times.length > 2 && passed > 1000 * SECONDS)) enough.abort();
    },
  };
  await trainer.fit({
    ...fit,
    epochs: 1,
    plugins: [...(fit.plugins ?? []), timer],
    signal: AbortSignal.any([enough.signal, ...(signal ? [signal] : [])]),
  });
  signal?.throwIfAborted();
  const all = times.slice(1).map((time, i) => (time - (times[i] ?? 0)) / 1000);
  const steps = all.length > 1 ? all.slice(1) : all;
  return steps.sort((a, b) => a - b)[steps.length >> 1] ?? NaN;
}

/** Multiplications a second of a plain product of matrices. */
async function productsPerSecond(): Promise<number> {
  const size = 256;
  const [a, b] = [fill([size, size], 0.5), fill([size, size], 0.5)];
  const time = async () => {
    const begun = performance.now();
    const product = matMul(a, b);
    await product.data();
    product.dispose();
    return (performance.now() - begun) / 1000;
  };
  try {
    await time(); // the first makes what others use
    const times = [await time(), await time(), await time()].sort((x, y) => x - y);
    return size ** 3 / Math.max(1e-6, times[1] ?? NaN);
  } finally {
    dispose([a, b]);
  }
}

/** Multiplications a token of a forward pass. */
function productsOf(plan: Parameters<typeof plannedEncoder>[0], words: number) {
  if (!plan.architecture) {
    const { encoder } = plan.recipe;
    const layers = layerWeights(encoder);
    return { encoder: layers, languageModel: layers + words * encoder.embedding };
  }
  const { embedding, groups, buffers = [], features } = plannedEncoder(plan);
  const parameters = groups.flatMap((group) => group.parameters);
  // As many as there are numbers in the matrices, where each is used once a token.
  const layers = parameters.reduce((sum, { variable }) => sum + (variable.rank > 1 ? variable.size : 0), 1);
  dispose([embedding, ...parameters, ...buffers].map(({ variable }) => variable));
  return { encoder: layers, languageModel: layers + words * features };
}
