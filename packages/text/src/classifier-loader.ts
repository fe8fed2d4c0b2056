import { tensor1d, tensor2d, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { requireInteger, UlmfitError } from '@ulmfit/errors';
import { permutation, randomKey } from '@ulmfit/kernels';
import {
  type BatchCursor,
  type BatchLoader,
  checkCursor,
  checkEpoch,
  rememberEpoch,
  requireSlice,
} from './batch-loader.js';
import { isMultiLabel, requireLabels, type DocumentLabels } from './document-labels.js';
import { emptyDocument, padWindows } from './pad-windows.js';
import type { TokenCorpus } from './token-corpus.js';

export interface ClassifierLoaderOptions {
  /** The number of documents of a batch; an epoch's last batch may have fewer. */
  batchSize: number;
  /** The length in tokens of the windows that the classifier reads by. Default 72. */
  window?: number;
  /** The run's seed. Default 0. */
  seed?: number;
  /** The run's stage: another stage gets other shuffles from the same seed. */
  stage?: string;
  /** Whether each epoch has its own order (see {@link classifierLoader}). For training; default false. */
  shuffle?: boolean;
  /** Whether each document is read from its last token to its first. Default false. */
  backwards?: boolean;
  /** The id that fills up. Default 1 (`xxpad`). */
  padIndex?: number;
  /** The number of classes: needed where a document has a list of them, and checked where it is given. */
  classes?: number | undefined;
}

/** Documents of about one length, padded as {@link padWindows} does. */
export interface ClassifierBatch {
  /** int32 `[batch, time]`. */
  ids: Tensor2D;
  /**
   * int32 `[batch]`, a class each; or float32 `[batch, classes]` of 0 and 1 where a document has a list of classes. Absent
   * when the loader was given none.
   */
  labels?: Tensor1D | Tensor2D;
  /** Each document's number of tokens. */
  lengths: Int32Array;
  /** The column of each document's first token. */
  starts: Int32Array;
  /** Each document's index in the corpus. */
  indices: Int32Array;
}

/** How many batches' documents are sorted together when shuffling. */
const BLOCK = 50;

/**
 * Batches of documents for a classifier. In order: sorted by length, longest first. Shuffled: documents are shuffled,
 * sorted by length within blocks of 50 batches, and the batches shuffled, but for the first, which has the longest
 * document (what does not fit in memory fails at once), and the last, which may be smaller. Same order of events as
 * fastai 2.8's `SortedDL`.
 * @param labels A class for each document, or a list of classes for each, or undefined for prediction.
 * @throws UlmfitError `BAD_OPTION` for a setting out of its range, `EMPTY_CORPUS`, `EMPTY_DOCUMENT`, `BAD_LABELS`.
 * @example
 * const loader = classifierLoader(corpus, labels, { batchSize: 2, seed: 1, shuffle: true });
 * for (const { ids, lengths } of loader.open({ epoch: 0, batch: 0 })) console.log(ids.shape, lengths);
 */
export function classifierLoader(
  corpus: TokenCorpus,
  labels: DocumentLabels | undefined,
  {
    batchSize,
    window = 72,
    seed = 0,
    stage = '',
    shuffle = false,
    backwards = false,
    padIndex = 1,
    classes,
  }: ClassifierLoaderOptions,
): BatchLoader<ClassifierBatch> {
  requireInteger('batchSize', batchSize);
  requireInteger('window', window);
  if (classes !== undefined) requireInteger('classes', classes);
  randomKey({ seed, stage, stream: '' }); // Refuses a bad seed here rather than at the first batch.
  if (corpus.length === 0) {
    throw new UlmfitError('EMPTY_CORPUS', 'classifier: there are no documents; add some');
  }
  const lengths = Int32Array.from({ length: corpus.length }, (_, i) => corpus.documentLength(i));
  const empty = lengths.indexOf(0);
  if (empty >= 0) throw emptyDocument(empty);
  if (labels) requireLabels(labels, corpus.length, classes);

  const byLength = (a: number, b: number) => (lengths[b] as number) - (lengths[a] as number);
  const count = Math.ceil(corpus.length / batchSize);
  const orderOf = rememberEpoch((epoch) =>
    shuffle ? shuffledOrder(epoch) : Uint32Array.from(lengths.keys()).sort(byLength),
  );

  function shuffledOrder(epoch: number): Uint32Array {
    const at = { seed, stage, step: epoch };
    const order = permutation(corpus.length, randomKey({ ...at, stream: 'classifier documents' }));
    const longest = lengths.reduce((best, length, i) => (length > (lengths[best] as number) ? i : best), 0);
    order[order.indexOf(longest)] = order[0] as number;
    order[0] = longest;
    for (let i = 0; i < order.length; i += BLOCK * batchSize) {
      order.subarray(i, i + BLOCK * batchSize).sort(byLength);
    }
    const shuffled = order.slice();
    const middle = permutation(Math.max(0, count - 2), randomKey({ ...at, stream: 'classifier batches' }));
    middle.forEach((from, to) => {
      shuffled.set(order.subarray((from + 1) * batchSize, (from + 2) * batchSize), (to + 1) * batchSize);
    });
    return shuffled;
  }

  function* read(order: Uint32Array, from: number): Generator<ClassifierBatch, void, undefined> {
    for (let i = from * batchSize; i < order.length; i += batchSize) {
      yield batchOf(Int32Array.from(order.subarray(i, i + batchSize)));
    }
  }

  function* readSlice(order: Uint32Array, from: number, { index, count }: { index: number; count: number }) {
    for (let i = from * batchSize; i < order.length; i += batchSize) {
      // Every so many rows one, not rows that stand side by side: those are sorted by length, and each slice shall take as long.
      const indices = Int32Array.from(order.subarray(i, i + batchSize)).filter(
        (_, row) => row % count === index,
      );
      yield indices.length > 0 ? batchOf(indices) : undefined;
    }
  }

  function batchOf(indices: Int32Array): ClassifierBatch {
    const documents = Array.from(indices, (index) => {
      const document = corpus.document(index);
      return backwards ? document.slice().reverse() : document;
    });
    const { ids, shape, lengths, starts } = padWindows(documents, window, padIndex);
    return {
      ids: tensor2d(ids, shape, 'int32'),
      ...(labels && { labels: labelTensor(labels, indices, classes ?? 0) }),
      lengths,
      starts,
      indices,
    };
  }

  function batches(epoch: number): number {
    checkEpoch(epoch);
    return count;
  }

  function orderAt(at: BatchCursor): Uint32Array {
    checkCursor(at, batches(at.epoch));
    return orderOf(shuffle ? at.epoch : 0);
  }

  return {
    batches,
    open: (at) => read(orderAt(at), at.batch),
    slice(index, count) {
      requireSlice(index, count, batchSize);
      return { batches, open: (at) => readSlice(orderAt(at), at.batch, { index, count }) };
    },
  };
}

/** The labels of the documents at `indices`; `classes` is read for lists alone. */
function labelTensor(labels: DocumentLabels, indices: Int32Array, classes: number): Tensor1D | Tensor2D {
  if (!isMultiLabel(labels)) {
    return tensor1d(
      indices.map((index) => labels[index] as number),
      'int32',
    );
  }
  const hot = new Float32Array(indices.length * classes);
  indices.forEach((index, row) => {
    for (const label of labels[index] ?? []) hot[row * classes + label] = 1;
  });
  return tensor2d(hot, [indices.length, classes]);
}
