import { tensor2d, type Tensor1D, type Tensor2D, tensor1d } from '@tensorflow/tfjs-core';
import { permutation, randomKey, randomWords } from '@ulmfit/kernels';
import { isMultiLabel, type DocumentLabels } from '@ulmfit/text';
import type { Loader } from '@ulmfit/trainer';
import type { FeatureRows } from './pooled-features.js';

/** Documents as what was pooled of them. */
export interface FeatureBatch {
  /** `[batch, features]` */
  readonly features: Tensor2D;
  /** int32 `[batch]`, a class each, or float32 `[batch, classes]` of 0 and 1. */
  readonly labels: Tensor1D | Tensor2D;
  /** How often each head has drawn each document, `[batch, heads]`. */
  readonly draws: Tensor2D;
}

export interface FeatureLoaderOptions {
  /** Computed when the first batch is asked for: a fit that was finished before it was resumed needs none. */
  readonly rows: () => Promise<FeatureRows>;
  readonly labels: DocumentLabels;
  readonly classes: number;
  readonly batchSize: number;
  readonly heads: number;
  /** Batches of an epoch, which may read the documents several times. Without it an epoch is one pass, in order. */
  readonly shuffled?: { readonly batches: number; readonly seed: number; readonly stage: string } | undefined;
}

/**
 * Batches of pooled documents. Shuffled, one pass over the documents follows the other, each in an order of its own, and with several heads
 * each head has its own draw of as many documents as there are (Breiman 1996): it sees some several times and some never.
 */
export function featureLoader(options: FeatureLoaderOptions): Loader<FeatureBatch> {
  const { labels, classes, heads, shuffled } = options;
  const documents = labels.length;
  const batchSize = Math.min(options.batchSize, documents);
  const ofPass = Math.ceil(documents / batchSize);
  const batches = shuffled?.batches ?? ofPass;
  const draws = shuffled && heads > 1 ? bootstrapDraws(documents, heads, shuffled) : undefined;

  const placesOf = (number: number): Uint32Array => {
    const pass = Math.floor(number / ofPass);
    const order = shuffled
      ? permutation(documents, randomKey({ ...shuffled, stream: 'pooled documents', step: pass }))
      : Uint32Array.from({ length: documents }, (_, i) => i);
    const first = (number % ofPass) * batchSize;
    return order.subarray(first, first + batchSize);
  };

  const batchOf = ({ features, values }: FeatureRows, places: Uint32Array): FeatureBatch => {
    const rows = new Float32Array(places.length * features);
    const drawn = new Float32Array(places.length * heads).fill(1);
    places.forEach((place, i) => {
      rows.set(values.subarray(place * features, (place + 1) * features), i * features);
      if (draws) drawn.set(draws.subarray(place * heads, (place + 1) * heads), i * heads);
    });
    return {
      features: tensor2d(rows, [places.length, features]),
      labels: labelTensor(labels, places, classes),
      draws: tensor2d(drawn, [places.length, heads]),
    };
  };

  return {
    batches: () => batches,
    async *open({ epoch, batch }) {
      const rows = await options.rows();
      for (let i = batch; i < batches; i++) yield batchOf(rows, placesOf(shuffled ? epoch * batches + i : i));
    },
  };
}

/** How often each head has each document among as many draws as there are documents, `[documents, heads]`. */
function bootstrapDraws(
  documents: number,
  heads: number,
  { seed, stage }: { readonly seed: number; readonly stage: string },
): Float32Array {
  const draws = new Float32Array(documents * heads);
  for (let head = 0; head < heads; head++) {
    const words = randomWords(documents, randomKey({ seed, stage, stream: 'head draws', step: head }));
    for (const word of words) {
      const place = Math.floor((word / 0x100000000) * documents) * heads + head;
      draws[place] = (draws[place] ?? 0) + 1;
    }
  }
  return draws;
}

function labelTensor(labels: DocumentLabels, places: Uint32Array, classes: number): Tensor1D | Tensor2D {
  if (!isMultiLabel(labels)) {
    const own = Int32Array.from(places, (place) => labels[place] ?? 0);
    return tensor1d(own, 'int32');
  }
  const hot = new Float32Array(places.length * classes);
  places.forEach((place, i) => {
    for (const label of labels[place] ?? []) hot[i * classes + label] = 1;
  });
  return tensor2d(hot, [places.length, classes]);
}
