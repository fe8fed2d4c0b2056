import { memory } from '@tensorflow/tfjs-core';
import { nativeTensorCount, registerNativeKernels, unregisterNativeKernels } from '@ulmfit/backend-node';
import { sampleImdb } from '@ulmfit/data-imdb';
import {
  encoded,
  tokenized,
  trainClassifier,
  trainLanguageModel,
  type LabelledDocuments,
  type LanguageModelData,
  type Recipe,
} from '@ulmfit/pipeline';
import { buildVocabulary, fastaiTokenizer } from '@ulmfit/text';
import type { TrainingPlugin } from '@ulmfit/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { fullRateRecipe } from '../../../tools/full-rate-recipe.js';
import { startTensorFlow, withReason } from './engine.test-helper.js';

const { missing, native } = await startTensorFlow();

const recipe: Recipe = {
  ...fullRateRecipe,
  classifier: {
    ...fullRateRecipe.classifier,
    batchSize: 4,
    window: 40,
    maxLength: 120,
    dropoutMultiplier: 1,
    fits: [
      { name: 'head', freezeTo: -1, epochs: 1, lr: 1e-2, spread: 1 },
      { name: 'all', freezeTo: 0, epochs: 2, lr: 5e-3, spread: 2.6 },
    ],
  },
};

interface StepRecord {
  readonly fit: string;
  /** The last of its epoch; after all others the next batch is there already, with its tensors. */
  readonly isLast: boolean;
  readonly loss: number;
  /** Tensors that tfjs knows, and those that TensorFlow holds. */
  readonly tensors: readonly [number, number | undefined];
}

/** Looks at each step when it has ended. */
function watch(): { steps: StepRecord[]; plugin: TrainingPlugin } {
  const steps: StepRecord[] = [];
  return {
    steps,
    plugin: {
      name: 'watch',
      enforce: 'post',
      afterBatch: (ctx) =>
        void steps.push({
          fit: ctx.stage,
          isLast: ctx.batch === ctx.batches,
          loss: ctx.last['loss'] ?? NaN,
          tensors: [memory().numTensors, nativeTensorCount()],
        }),
    },
  };
}

/** The counts after each step but a fit's first, which makes the optimizer's state: one count where nothing leaks. */
function countsOf(steps: readonly StepRecord[]): Record<string, string[]> {
  const counts: Record<string, string[]> = {};
  steps.forEach(({ fit, isLast, tensors: [known, native] }, i) => {
    if (steps[i - 1]?.fit !== fit) return;
    const seen = (counts[`${fit}${isLast ? ', end of an epoch' : ''}`] ??= []);
    const count = `${known} tensors, ${native} native ones`;
    if (!seen.includes(count)) seen.push(count);
  });
  return counts;
}

describe.skipIf(missing !== undefined)(withReason('training on TensorFlow', missing), () => {
  let data: LanguageModelData;
  let labelled: LabelledDocuments;

  beforeAll(async () => {
    const tokenizer = fastaiTokenizer();
    const reviews = sampleImdb({ seed: 1, train: 28 });
    const texts = reviews.map((r) => r.text);
    const builder = await tokenized(texts, tokenizer);
    const vocabulary = buildVocabulary(builder.counts(), { maxWords: 400, minCount: 2 });
    const all = builder.build(vocabulary);
    const rows = (from: number, to: number) =>
      all.subset(Array.from({ length: to - from }, (_, i) => from + i));
    data = { valid: rows(0, 2), train: rows(2, 12), vocabulary };
    labelled = {
      documents: await encoded(texts, tokenizer, vocabulary),
      labels: reviews.map(({ label }) => (label === 'pos' ? 1 : 0)),
    };
  });

  async function pretrain() {
    const { steps, plugin } = watch();
    const trained = await trainLanguageModel({
      stage: 'pretrain',
      recipe,
      data,
      seed: 1,
      plugins: [plugin],
    });
    return { trained, steps };
  }

  it('keeps its tensors in number, of tfjs and of the native engine, step after step', async () => {
    const before = [memory().numTensors, nativeTensorCount()];
    const { trained, steps } = await pretrain();
    expect(steps.length).toBeGreaterThanOrEqual(50);
    const classifier = watch();
    const { model } = await trainClassifier({
      recipe,
      train: labelled,
      vocabulary: data.vocabulary,
      classes: ['neg', 'pos'],
      from: trained,
      seed: 1,
      plugins: [classifier.plugin],
    });
    expect(classifier.steps.length).toBeGreaterThanOrEqual(20);
    for (const [fit, counts] of Object.entries(countsOf([...steps, ...classifier.steps])))
      expect(counts, fit).toHaveLength(1);
    model.dispose();
    trained.model.dispose();
    expect([memory().numTensors, nativeTensorCount()]).toEqual(before);
  });

  it.skipIf(!native)('comes to the same losses with the native kernels as without', async () => {
    const fast = await pretrain();
    fast.trained.model.dispose();
    unregisterNativeKernels();
    try {
      const composed = await pretrain();
      composed.trained.model.dispose();
      expect(fast.steps.length).toBe(composed.steps.length);
      fast.steps.forEach(({ loss }, i) => {
        // Rounding differs, and what it does grows from step to step.
        const close = i < 10 ? 1e-5 : 1e-3;
        const other = composed.steps[i]?.loss ?? NaN;
        expect(Math.abs(loss - other) / other, `step ${i + 1}: ${loss}, ${other}`).toBeLessThan(close);
      });
      expect(fast.steps.map((s) => s.loss)).not.toEqual(composed.steps.map((s) => s.loss));
    } finally {
      registerNativeKernels();
    }
  });
});
