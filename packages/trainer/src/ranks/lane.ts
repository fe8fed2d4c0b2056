import { disposeBatch } from '../loop/dispose-batch.js';
import { Accumulator } from '../loop/train-step.js';
import type { Pass } from '../model/pass.js';
import type { SlicedLoader } from '../loop/loader.js';

/** One slice of a fit's batches as it is read: without slices there is one, which has all rows. */
export class Lane<Batch> {
  readonly slice: number;
  /** The passes of this step's micro-batches, and what they have given. */
  readonly passes: Pass[] = [];
  readonly accumulator = new Accumulator();
  readonly #reader: ReturnType<SlicedLoader<Batch>['open']>;
  #next: IteratorResult<Batch | undefined> = { done: false, value: undefined };

  constructor(slice: number, reader: ReturnType<SlicedLoader<Batch>['open']>) {
    this.slice = slice;
    this.#reader = reader;
  }

  get isDone(): boolean {
    return this.#next.done ?? false;
  }

  /** The batch that was read, for the caller to dispose; undefined where it has no rows for this slice. */
  take(): Batch | undefined {
    if (this.#next.done) return undefined;
    const { value } = this.#next;
    this.#next = { done: false, value: undefined };
    return value;
  }

  async read(): Promise<void> {
    this.#next = await this.#reader.next();
  }

  /** Forgets this step. */
  discard(): void {
    for (const pass of this.passes) pass.discard();
    this.passes.length = 0;
    this.accumulator.discard();
  }

  /** A batch that was read ahead of a stop is not trained on. */
  async close(): Promise<void> {
    const batch = this.take();
    if (batch !== undefined) disposeBatch(batch);
    await this.#reader.return?.();
  }
}
