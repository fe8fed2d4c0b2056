import * as tf from '@tensorflow/tfjs-core';
import { evaluate, type Model } from '@ulmfit/trainer';
import { describe, expect, it } from 'vitest';
import type { ClassifierInput } from './classifier.js';
import { accuracy, macroF1 } from './classifier-metrics.js';
import { loaderOf } from './tiny.test-helper.js';

interface Rows {
  logits: number[][];
  labels: number[] | number[][];
}

/** Its logits are its rows, so that figures can be reckoned by hand. */
function modelOf({ logits }: Rows): Model<ClassifierInput, { logits: tf.Tensor2D }> {
  return {
    name: 'rows',
    groups: [],
    taps: [],
    forward: ({ starts }) => ({ logits: tf.tensor2d(Array.from(starts, (i) => logits[i] ?? [])) }),
    loss: () => tf.scalar(0),
    targets: ({ ids }) => ids.shape[0],
    dispose: () => undefined,
  };
}

/** Accuracy and macro-F1 over all rows, in batches of this size. */
async function figures(rows: Rows, batchSize: number) {
  const makers = Array.from(
    { length: Math.ceil(rows.logits.length / batchSize) },
    (_, b) => (): ClassifierInput => {
      const from = b * batchSize;
      const labels = rows.labels.slice(from, from + batchSize);
      const starts = labels.map((_, i) => from + i);
      return {
        ids: tf.zeros([labels.length, 1], 'int32'),
        labels:
          typeof labels[0] === 'number'
            ? tf.tensor1d(labels as number[], 'int32')
            : tf.tensor2d(labels as number[][]),
        starts,
        lengths: starts,
      };
    },
  );
  const values = await evaluate(modelOf(rows), loaderOf(makers), { metrics: [accuracy, macroF1] });
  return [values?.['accuracy'], values?.['macroF1']];
}

describe.each([
  {
    what: 'one label a document',
    // Predicted 0, 0, 1, 2, 0.
    rows: {
      logits: [
        [2, 0, 0, -9],
        [1, 0, 0, -9],
        [0, 3, 0, -9],
        [0, 0, 1, -9],
        [5, 0, 4, -9],
      ],
      labels: [0, 1, 1, 2, 2],
    },
    // F1 of 1/2, 2/3 and 2/3; nobody has or is given class 3.
    expected: [3 / 5, (1 / 2 + 2 / 3 + 2 / 3) / 3],
  },
  {
    what: 'several labels a document',
    rows: {
      logits: [
        [1, -1, -1, -2],
        [1, 2, -1, -2],
        [-1, -1, -3, -2],
        [-1, 2, -1, -2],
      ],
      labels: [
        [1, 0, 0, 0],
        [1, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 1, 1, 0],
      ],
    },
    // F1 of 1, 2/3 and 0: the third class is never given.
    expected: [2 / 4, (1 + 2 / 3 + 0) / 3],
  },
])('of $what', ({ rows, expected }) => {
  it.each([1, 2, 3, 9])(
    'accuracy and macro-F1 are those of all documents, in batches of %i',
    async (size) => {
      const before = tf.memory().numTensors;
      const got = await figures(rows, size);
      got.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 10));
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});
