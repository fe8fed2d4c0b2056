import { requireInteger, UlmfitError } from '@ulmfit/errors';

/** Where reading stands: the next batch is number `batch` of epoch `epoch`, both from 0. */
export interface BatchCursor {
  epoch: number;
  batch: number;
}

/**
 * Gives batches, each a function of (seed, epoch, number) alone, so that reading on from a cursor gives what reading from
 * the start would have. The reader owns a batch's tensors. Fits the trainer's `Loader`.
 */
export interface BatchLoader<Batch> {
  /** The number of batches of an epoch. */
  batches(epoch: number): number;
  /**
   * Reads on from a cursor to the end of its epoch; a batch is made when it is read.
   * @throws UlmfitError `BAD_CURSOR` when the epoch has no such batch.
   */
  open(at: BatchCursor): IterableIterator<Batch>;
  /**
   * The rows of one of `count` slices of each batch: every row is in one of them. A batch that has no rows for a slice gives it
   * undefined.
   * @throws UlmfitError `BAD_OPTION` when a slice of a batch of full size would have no rows
   */
  slice(index: number, count: number): SlicedBatchLoader<Batch>;
}

/** Gives part of the rows of each batch. */
export interface SlicedBatchLoader<Batch> {
  batches(epoch: number): number;
  open(at: BatchCursor): IterableIterator<Batch | undefined>;
}

/** @throws UlmfitError `BAD_OPTION` */
export function requireSlice(index: number, count: number, batchSize: number): void {
  requireInteger('slices', count, { to: batchSize });
  requireInteger('slice', index, { from: 0, to: count - 1 });
}

/** @throws UlmfitError `BAD_CURSOR` unless the cursor stands at a batch or at the end of its epoch. */
export function checkCursor({ epoch, batch }: BatchCursor, batches: number): void {
  if (!Number.isSafeInteger(batch) || batch < 0 || batch > batches) {
    throw new UlmfitError(
      'BAD_CURSOR',
      `cursor: batch ${batch} of epoch ${epoch}, which has ${batches} batches; was it saved with other data or another batch size?`,
    );
  }
}

/** @throws UlmfitError `BAD_CURSOR` unless an epoch is 0, 1, 2, ... */
export function checkEpoch(epoch: number): void {
  if (!Number.isSafeInteger(epoch) || epoch < 0) {
    throw new UlmfitError('BAD_CURSOR', `cursor: ${epoch} is not an epoch; they count from 0`);
  }
}

/** Remembers the result for the last epoch asked for: an epoch's order is drawn once, and only one is kept. */
export function rememberEpoch<Plan>(plan: (epoch: number) => Plan): (epoch: number) => Plan {
  let last: { epoch: number; plan: Plan } | undefined;
  return (epoch) => {
    if (last?.epoch !== epoch) last = { epoch, plan: plan(epoch) };
    return last.plan;
  };
}
