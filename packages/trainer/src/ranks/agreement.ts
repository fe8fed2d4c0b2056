import type { Tensor } from '@tensorflow/tfjs-core';
import { gatherJson, type Collective } from './collective.js';
import { reduceSlices, type ReducedSlices, type SliceParts } from './reduce-slices.js';
import type { Slices } from './slices.js';

/** What the ranks of a fit agree upon on its way: when all of them stop, and what time it is. */
export class Agreement {
  readonly #collective: Collective;
  readonly #signal: AbortSignal | undefined;
  #last = { stops: false, now: Date.now() };

  constructor({ collective }: Slices, signal: AbortSignal | undefined) {
    this.#collective = collective;
    this.#signal = signal;
  }

  get isAlone(): boolean {
    return this.#collective.size === 1;
  }

  /** Milliseconds since 1970 by the first rank's clock, as of the last step. */
  get now(): number {
    return this.isAlone ? Date.now() : this.#last.now;
  }

  /** Whether all stop after this step, since some rank's signal says so. */
  get stops(): boolean {
    return this.isAlone ? this.#isAborted : this.#last.stops;
  }

  get #isAborted(): boolean {
    return this.#signal?.aborted ?? false;
  }

  /** Asks all ranks whether to stop now. */
  async ask(): Promise<boolean> {
    if (this.isAlone) return this.#isAborted;
    const all = await gatherJson(this.#collective, { stops: this.#isAborted, now: Date.now() });
    this.#last = { stops: all.some(({ stops }) => stops), now: all[0]?.now ?? Date.now() };
    return this.#last.stops;
  }

  /**
   * Makes a step's means of all slices. Whether to stop travels with them.
   * @param skips whether a plugin of this rank wants the step left out
   */
  async reduce(
    parts: readonly SliceParts[],
    trained: readonly { readonly name: string; readonly variable: Tensor }[],
    skips: boolean,
  ): Promise<ReducedSlices> {
    const collective = this.#collective;
    const reduced = await reduceSlices(parts, { collective, trained, stops: this.#isAborted, skips });
    this.#last = { stops: reduced.stops, now: reduced.now };
    return reduced;
  }
}
