import * as tf from '@tensorflow/tfjs-core';
import { embeddingLookup } from '@ulmfit/kernels';
import { parameter, parameterGroup, timeMajor, type Cursor, type Loader, type Model } from '@ulmfit/trainer';
import type { LogitsOutput, TextsBatch, WordsTap } from './index.js';

/** Texts with a class each. */
export interface ToyTexts extends TextsBatch {
  /** int32 `[batch]` */
  readonly labels: tf.Tensor1D;
}

const VOCABULARY = 7;
const FEATURES = 3;
const CLASSES = 2;

/** Numbers that Python makes of the same formula. */
export const sines = (count: number, from: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(from + 1.7 * i));

/**
 * The mean over a text's words of what a layer makes of them, to two classes: linear in the words, or with a `tanh` between. Padding is
 * id 1.
 */
export function meanOfWords({ linear = false } = {}): Model<ToyTexts, LogitsOutput, WordsTap> {
  const embedding = parameter(
    'embedding',
    'weight',
    tf.tensor2d(sines(VOCABULARY * FEATURES, 1), [VOCABULARY, FEATURES]),
  );
  const inner = parameter(
    'inner',
    'weight',
    tf.tensor2d(sines(FEATURES * FEATURES, 2), [FEATURES, FEATURES]),
  );
  const head = parameter('head', 'weight', tf.tensor2d(sines(FEATURES * CLASSES, 3), [FEATURES, CLASSES]));
  const groups = [embedding, inner, head].map((each) => parameterGroup(each.name, [each]));
  return {
    name: 'mean of words',
    groups,
    taps: ['embedding'],
    forward({ ids }, pass) {
      const byTime = tf.transpose(ids);
      const looked = embeddingLookup(embedding.variable as tf.Tensor2D, byTime) as tf.Tensor3D;
      const words = pass.tap('embedding', looked, { ...timeMajor, ids: byTime });
      const product = tf.matMul(tf.reshape(words, [-1, FEATURES]), inner.variable as tf.Tensor2D);
      const made = tf.reshape(linear ? product : tf.tanh(product), words.shape);
      const mask = tf.cast(tf.expandDims(tf.notEqual(byTime, 1), -1), 'float32');
      const mean = tf.div(tf.sum(tf.mul(made, mask), 0), tf.sum(mask, 0));
      return { logits: tf.matMul(mean as tf.Tensor2D, head.variable as tf.Tensor2D) };
    },
    loss: ({ logits }, { labels }) =>
      tf.neg(tf.mean(tf.sum(tf.mul(tf.oneHot(labels, CLASSES), tf.logSoftmax(logits)), 1))),
    targets: ({ ids }) => ids.shape[0],
    dispose: () => tf.dispose([embedding, inner, head].map(({ variable }) => variable)),
  };
}

/** Three texts, of four words, of two and of three. */
export const texts = [
  [2, 3, 4, 5],
  [6, 2, 1, 1],
  [3, 3, 6, 1],
];
export const labels = [0, 1, 1];

/** Batches of some of the texts: `rows` of each batch. */
export const toyTexts = (batches: readonly (readonly number[])[]) =>
  ({
    batches: () => batches.length,
    *open({ batch }: Cursor): Generator<ToyTexts> {
      for (const rows of batches.slice(batch)) {
        yield {
          ids: tf.tensor2d(
            rows.map((row) => texts[row] as number[]),
            undefined,
            'int32',
          ),
          labels: tf.tensor1d(
            rows.map((row) => labels[row] as number),
            'int32',
          ),
        };
      }
    },
  }) satisfies Loader<ToyTexts>;

export const allTexts = toyTexts([[0, 1, 2]]);
