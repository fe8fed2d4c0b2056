/** Where reading stands: the next batch is number `batch` of epoch `epoch`, both from 0. A `type`, since it is part of a state. */
export type Cursor = {
  epoch: number;
  batch: number;
};

/**
 * Gives batches. A batch is a function of the cursor alone, so that a resumed run reads what the interrupted one would
 * have. The reader owns a batch's tensors. The trainer waits for an asynchronous one; batches of the next step may be
 * made meanwhile.
 */
export interface Loader<Batch> {
  /** The number of batches of an epoch. */
  batches(epoch: number): number;
  /** Reads on from a cursor to the end of its epoch. */
  open(at: Cursor): Iterator<Batch> | AsyncIterator<Batch>;
  /**
   * The rows of one of `count` slices of each batch, for training in slices: every row is in one of them. A batch that has no rows for
   * a slice gives it undefined.
   */
  slice?(index: number, count: number): SlicedLoader<Batch>;
}

/** Gives part of the rows of each batch. */
export interface SlicedLoader<Batch> {
  batches(epoch: number): number;
  open(at: Cursor): Iterator<Batch | undefined> | AsyncIterator<Batch | undefined>;
}
