import { tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';
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
import { DocumentStream } from './document-stream.js';
import type { TokenCorpus } from './token-corpus.js';
import { evenWindows, jitteredWindows, type WindowJitter } from './window-jitter.js';

export interface LanguageModelLoaderOptions {
  /** The number of streams that are read side by side. */
  batchSize: number;
  /** The length of a window in tokens. Default 72 (fastai's; AWD-LSTM has 70). */
  window?: number;
  /** The run's seed. Default 0. */
  seed?: number;
  /** The run's stage, such as `pretrain`: another stage gets other shuffles from the same seed. */
  stage?: string;
  /** Whether each epoch has the documents in an order of its own. For training; default false. */
  shuffle?: boolean;
  /** Whether each document is read from its last token to its first. Default false. */
  backwards?: boolean;
  /** Whether the windows' length varies as in AWD-LSTM. For training; default false. */
  jitter?: boolean | WindowJitter;
}

/** One window of every stream. Row `b` goes on where row `b` of the batch before ended. */
export interface LanguageModelBatch {
  /** int32 `[batch, time]`. */
  ids: Tensor2D;
  /** int32 `[batch, time]`: each id's successor in its stream. */
  targets: Tensor2D;
  /** What to multiply the learning rate of this step by: the length over `window` with jitter, else 1. */
  rateScale: number;
}

/**
 * Windows over a corpus for a language model: the documents are joined into one text, which is cut into `batchSize`
 * streams of equal length; the rest, fewer than `batchSize` tokens besides the one that is only a target, is dropped. An
 * epoch's last window is as long as what is left, 1 token at least. There is no padding. Same cuts as fastai 2.8's
 * `LMDataLoader`.
 *
 * An epoch costs 12 bytes a document; the corpus is not copied.
 * @throws UlmfitError `BAD_OPTION` for a setting out of its range, `CORPUS_TOO_SMALL` when not even one window of one
 * token fits.
 * @example
 * const loader = languageModelLoader(corpus, { batchSize: 2, window: 5, seed: 1, shuffle: true });
 * for (const { ids, targets } of loader.open({ epoch: 0, batch: 0 })) console.log(ids.shape, targets.shape);
 */
export function languageModelLoader(
  corpus: TokenCorpus,
  {
    batchSize,
    window = 72,
    seed = 0,
    stage = '',
    shuffle = false,
    backwards = false,
    jitter = false,
  }: LanguageModelLoaderOptions,
): BatchLoader<LanguageModelBatch> {
  requireInteger('batchSize', batchSize);
  requireInteger('window', window);
  const streamLength = Math.floor((corpus.tokens - 1) / batchSize);
  if (streamLength < 1) {
    throw new UlmfitError(
      'CORPUS_TOO_SMALL',
      `language model: ${corpus.tokens} tokens are too few for a batch of ${batchSize} streams, which takes ${batchSize + 1}; add text or lower batchSize`,
    );
  }

  const even = evenWindows(streamLength, window);
  const settings = jitter === true ? {} : jitter;
  const windowsOf = rememberEpoch((epoch) =>
    settings ? jitteredWindows(streamLength, window, settings, { seed, stage, step: epoch }) : even,
  );
  // Settings out of their range are refused here rather than at the first batch.
  windowsOf(0);
  randomKey({ seed, stage, stream: '' });

  const textOf = rememberEpoch((epoch) => {
    const order = shuffle
      ? permutation(corpus.length, randomKey({ seed, stage, stream: 'language model shuffle', step: epoch }))
      : Uint32Array.from({ length: corpus.length }, (_, i) => i);
    return new DocumentStream(corpus, order, backwards);
  });

  /** @param first the first of the streams to read, of `rows` */
  function* read(
    text: DocumentStream,
    windows: readonly number[],
    from: number,
    { first, rows }: { first: number; rows: number },
  ) {
    for (let i = from; i + 1 < windows.length; i++) {
      const start = windows[i] as number;
      const time = (windows[i + 1] as number) - start;
      const ids = new Int32Array(rows * time);
      const targets = new Int32Array(rows * time);
      const row = new Int32Array(time + 1);
      for (let b = 0; b < rows; b++) {
        text.read((first + b) * streamLength + start, row);
        ids.set(row.subarray(0, time), b * time);
        targets.set(row.subarray(1), b * time);
      }
      yield {
        ids: tensor2d(ids, [rows, time], 'int32'),
        targets: tensor2d(targets, [rows, time], 'int32'),
        rateScale: jitter ? time / window : 1,
      };
    }
  }

  function batches(epoch: number): number {
    checkEpoch(epoch);
    return windowsOf(epoch).length - 1;
  }

  function open(at: BatchCursor, streams: { first: number; rows: number }) {
    checkCursor(at, batches(at.epoch));
    return read(textOf(shuffle ? at.epoch : 0), windowsOf(at.epoch), at.batch, streams);
  }

  return {
    batches,
    open: (at) => open(at, { first: 0, rows: batchSize }),
    slice(index, count) {
      requireSlice(index, count, batchSize);
      // Streams that stand side by side.
      const first = Math.floor((index * batchSize) / count);
      const rows = Math.floor(((index + 1) * batchSize) / count) - first;
      return { batches, open: (at) => open(at, { first, rows }) };
    },
  };
}
