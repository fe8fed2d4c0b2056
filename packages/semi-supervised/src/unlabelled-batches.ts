import { UlmfitError } from '@ulmfit/errors';
import type { Cursor, StateDict, TrainingContext } from '@ulmfit/trainer';
import { requireState } from '@ulmfit/trainer';

/** A loader whose batches are there at once, such as `classifierLoader` of `@ulmfit/text` gives. */
export interface ReadyLoader<Batch> {
  /** The number of batches of an epoch. */
  batches(epoch: number): number;
  /** Reads on from a cursor to the end of its epoch. */
  open(at: Cursor): Iterator<Batch>;
}

/** What is kept of {@link UnlabelledBatches}. A `type`, since it is a state. */
export type UnlabelledState = { read: number };

/**
 * Reads a second loader beside the training batches, one batch for each, over and over: which one is a function of how many training
 * batches there were, so that a resumed fit reads what an interrupted one would have.
 */
export class UnlabelledBatches<Batch> {
  readonly #plugin: string;
  readonly #loader: ReadyLoader<Batch>;
  /** Training batches of the fit's epochs before this one. */
  #before = 0;
  #reader: { readonly batches: Iterator<Batch>; readonly epoch: number; next: number } | undefined;

  constructor(plugin: string, loader: ReadyLoader<Batch>) {
    this.#plugin = plugin;
    this.#loader = loader;
  }

  beginFit(): void {
    this.#before = 0;
  }

  endEpoch({ batches }: TrainingContext): void {
    this.#before += batches;
  }

  /** The batch that goes with the present training batch, the caller's to dispose. */
  at({ batch }: TrainingContext): Batch {
    let [epoch, place] = [0, this.#before + batch];
    for (let size = this.#size(epoch); place >= size; size = this.#size(epoch)) {
      place -= size;
      epoch++;
    }
    if (this.#reader?.epoch !== epoch || this.#reader.next !== place)
      this.#reader = { batches: this.#loader.open({ epoch, batch: place }), epoch, next: place };
    const next = this.#reader.batches.next();
    this.#reader.next++;
    if (next.done) {
      throw new UlmfitError(
        'NO_BATCHES',
        `${this.#plugin}: the loader of unlabelled texts ended at batch ${place} of ${this.#size(epoch)}; let it give as many as it says`,
      );
    }
    return next.value;
  }

  #size(epoch: number): number {
    const size = this.#loader.batches(epoch);
    if (size >= 1) return size;
    throw new UlmfitError('NO_BATCHES', `${this.#plugin}: the loader of unlabelled texts has none`);
  }

  stateDict(): StateDict<UnlabelledState> {
    return { json: { read: this.#before }, tensors: {} };
  }

  loadStateDict(state: StateDict<UnlabelledState>): void {
    requireState(this.#plugin, state, ['read']);
    this.#before = state.json.read;
    this.#reader = undefined;
  }
}
