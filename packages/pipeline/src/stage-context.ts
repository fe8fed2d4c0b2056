import type { CheckpointStore, SlicesOptions } from '@ulmfit/trainer';
import type { StageEvent } from './stage-event.js';

/** What every stage is given beside its data. */
export interface StageContext extends SlicesOptions {
  /** The one source of all randomness; an integer from 0 to 2^32 - 1. */
  readonly seed: number;
  /** When aborted, the step ends, the state is saved, and the stage throws `Interrupted`. */
  readonly signal?: AbortSignal | undefined;
  /** Where to save the state and to resume from; nothing is saved without it. */
  readonly store?: CheckpointStore | undefined;
  /** Seconds between checkpoints within an epoch; each epoch's end is saved anyway. Default 300. */
  readonly saveEvery?: number | undefined;
  readonly onEvent?: ((event: StageEvent) => void) | undefined;
}

/**
 * A stage was stopped before it was done. Its state is saved if there is a store.
 * @example
 * try {
 *   await run({ folder: 'runs/stopped', task, recipe, signal });
 * } catch (error) {
 *   if (!(error instanceof Interrupted)) throw error;
 *   console.log(`stopped in ${error.stage}; the same call goes on from there`);
 * }
 */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor(readonly stage: string) {
    super(`${stage} was interrupted`);
  }
}
