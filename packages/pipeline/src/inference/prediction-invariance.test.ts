import { plainDecision, documentLogits, probabilitiesOf, type Prediction } from '@ulmfit/inference';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mul, setBackend, tidy } from '@tensorflow/tfjs-core';
import { createClassifier } from '@ulmfit/awd-lstm';
import { registerNativeKernels, unregisterNativeKernels, useBackend } from '@ulmfit/backend-node';
import { permutation, randomKey, randomWords } from '@ulmfit/kernels';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadClassifier } from './load-classifier.js';
import { saveClassifier } from './save-models.js';
import { encoded } from '../tokens/tokenized.js';

// A text's figures are its own: they depend on no other text, on no padding, and are the same in an exported model.

const words = Array.from({ length: 60 }, (_, i) => `w${i}`);
const classes = ['neg', 'neutral', 'pos'];
const tokenizer = fastaiTokenizer();

/** Texts of 1 to 130 words, so that they end in different windows, and beyond what is pooled. */
function textsOf(seed: number): string[] {
  return [1, 2, 3, 19, 20, 21, 39, 40, 55, 64, 80, 99, 130].map((length, i) => {
    const drawn = randomWords(length, randomKey({ seed, stream: `text ${i}` }));
    return Array.from(drawn, (word) => words[word % words.length]).join(' ');
  });
}

/** A model of random weights. Larger ones than a fresh model has: its probabilities would hardly differ. */
function randomClassifier(seed: number, { isFast }: Engine) {
  const tiny = { hidden: 12 + 8 * seed, embedding: 8 + 4 * seed, layers: 1 + (seed % 3) };
  const encoder = isFast ? { hidden: 400, embedding: 200, layers: 3 } : tiny;
  const vocabulary = new Vocabulary([...specialTokens, ...words]);
  const sizes = { ...encoder, vocabulary: vocabulary.size, window: 20, maxLength: 60 };
  const model = createClassifier({ ...sizes, classes: classes.length, headLayers: [7] }, { seed });
  for (const { name, variable } of model.groups.flatMap((g) => g.parameters))
    tidy(() => variable.assign(mul(variable, name === 'embedding' ? 10 : 3)));
  return { model, vocabulary, classes, backwards: seed % 2 === 1 };
}

async function exported(seed: number, engine: Engine) {
  const made = randomClassifier(seed, engine);
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-invariance-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  saveClassifier(join(folder, 'model'), { classifier: made, tokenizer, decision: plainDecision });
  const loaded = await loadClassifier(join(folder, 'model'));
  onTestFinished(() => {
    loaded.dispose();
    made.model.dispose();
  });
  return { made, loaded };
}

const rowOf = ({ probabilities }: Prediction) => classes.map((label) => probabilities[label] as number);

/** The largest difference of a probability, or NaN where there is none. */
function difference(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  expect(a.map((row) => row.length)).toEqual(b.map((row) => row.length));
  return Math.max(...a.flatMap((row, i) => row.map((p, j) => Math.abs(p - (b[i]?.[j] ?? NaN)))));
}

interface Engine {
  readonly name: string;
  readonly tolerance: number;
  /** Whether a model of the small preset's size takes it no more than a second. */
  readonly isFast?: boolean;
  /** Starts it; says why it can't. */
  start(): Promise<string | undefined>;
}

const startTensorFlow = async (precision: 'float32' | 'bfloat16') => {
  try {
    const { fastKernels, precision: got, warnings } = await useBackend({ backend: 'tensorflow', precision });
    const native = fastKernels.some((name) => name.startsWith('UlmfitLstm'));
    if (!native) return `no native kernels: ${warnings.join(' ')}`;
    return got === precision ? undefined : 'the processor does not multiply bfloat16';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

// In bfloat16 the products of few rows are made in float32 all the same, being no slower: those of many are rounded.
const engines: readonly Engine[] = [
  {
    name: 'plain JavaScript',
    tolerance: 1e-5,
    start: async () => void (await setBackend('cpu')),
  },
  {
    name: 'native kernels in float32',
    tolerance: 1e-5,
    isFast: true,
    start: () => startTensorFlow('float32'),
  },
  {
    name: 'TensorFlow without native kernels',
    tolerance: 1e-5,
    start: async () => {
      const missing = await startTensorFlow('float32');
      if (missing !== undefined) return missing;
      unregisterNativeKernels();
      onTestFinished(() => void registerNativeKernels());
      return undefined;
    },
  },
  {
    name: 'native kernels in bfloat16',
    tolerance: 1e-2,
    isFast: true,
    start: () => startTensorFlow('bfloat16'),
  },
];

describe.each(engines)('a prediction by $name', (engine) => {
  const { start, tolerance } = engine;

  it.for([1, 2])('is the same alone, in any batch and any order (model %d)', async (seed, test) => {
    const missing = await start();
    // An engine that this machine can't start has nothing to be tested; the reason stands in the report.
    test.skip(missing !== undefined, missing ?? '');
    const { loaded } = await exported(seed, engine);
    const texts = textsOf(seed);
    const predict = async (some: readonly string[], batchSize: number) =>
      (await loaded.predict(some, { batchSize })).map(rowOf);

    const alone: number[][] = [];
    for (const text of texts) alone.push(...(await predict([text], 1)));
    // They tell the texts apart, or what follows says nothing.
    expect(difference(alone, alone.toReversed())).toBeGreaterThan(0.1);
    for (const batchSize of [2, 5, 64]) {
      const order = Array.from(permutation(texts.length, randomKey({ seed, stream: `order ${batchSize}` })));
      const rows = await predict(
        order.map((i) => texts[i] as string),
        batchSize,
      );
      const expected = order.map((i) => alone[i] as number[]);
      expect(difference(rows, expected), `batches of ${batchSize}`).toBeLessThanOrEqual(tolerance);
    }
    // Twice, and beside a text that pads it by ten windows.
    const short = texts[1] as string;
    const padded = await predict([short, words.concat(words, words, words).join(' '), short], 3);
    const twice = [alone[1], alone[1]] as number[][];
    expect(difference([padded[0], padded[2]] as number[][], twice)).toBeLessThanOrEqual(tolerance);
  });

  it('is the same before the model is exported and after', async (test) => {
    const missing = await start();
    // An engine that this machine can't start has nothing to be tested; the reason stands in the report.
    test.skip(missing !== undefined, missing ?? '');
    const { made, loaded } = await exported(2, engine);
    const texts = textsOf(7);
    const documents = await encoded(texts, tokenizer, made.vocabulary);
    const before = probabilitiesOf(await documentLogits(made, documents, { batchSize: 4 }), false);
    expect((await loaded.predict(texts, { batchSize: 4 })).map(rowOf)).toEqual(before);
  });
});
