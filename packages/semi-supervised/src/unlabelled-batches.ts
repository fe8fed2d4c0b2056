import { UlmfitError } from '@ulmfit/errors';
import {
  disposeBatch,
  requireState,
  type Cursor,
  type StateDict,
  type TrainingContext,
  type TrainingPlugin,
} from '@ulmfit/trainer';

/** A loader whose batches are there at once, such as `classifierLoader` of `@ulmfit/text` gives. */
export interface ReadyLoader<Batch> {
  /** The number of batches of an epoch. */
  batches(epoch: number): number;
  /** Reads on from a cursor to the end of its epoch. */
  open(at: Cursor): Iterator<Batch>;
}

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

  /** What a plugin that reads them needs beside its own hooks. */
  get hooks(): Required<Pick<TrainingPlugin, 'beforeFit' | 'afterTrain' | 'stateDict' | 'loadStateDict'>> {
    return {
      beforeFit: () => void (this.#before = 0),
      afterTrain: ({ batches }) => void (this.#before += batches),
      stateDict: () => ({ json: { read: this.#before }, tensors: {} }),
      loadStateDict: (state: StateDict<{ read: number }>) => {
        requireState(this.#plugin, state, ['read']);
        this.#before = state.json.read;
        this.#reader = undefined;
      },
    };
  }

  /** Lends the batch that goes with the present training batch. */
  use(ctx: TrainingContext, body: (batch: Batch) => void): void {
    const batch = this.#at(ctx);
    try {
      body(batch);
    } finally {
      disposeBatch(batch);
    }
  }

  #at({ batch }: TrainingContext): Batch {
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
        `${this.#plugin}: the loader of unlabelled texts ended at batch ${place} of ${this.#size(epoch)}; it must give as many as it says`,
      );
    }
    return next.value;
  }

  #size(epoch: number): number {
    const size = this.#loader.batches(epoch);
    if (size >= 1) return size;
    throw new UlmfitError(
      'NO_BATCHES',
      `${this.#plugin}: the loader of unlabelled texts has no batches; give it some`,
    );
  }
}
