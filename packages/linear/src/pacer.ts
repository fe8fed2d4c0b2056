/** How long a loop may hold the thread before timers, signals and a page's frames have their turn, in milliseconds. */
const PATIENCE = 20;

/** Keeps a long computation from blocking: `if (pacer.isDue()) await pacer.rest()`. */
export class Pacer {
  #last = performance.now();

  constructor(readonly signal: AbortSignal | undefined) {
    signal?.throwIfAborted();
  }

  isDue(): boolean {
    return performance.now() - this.#last > PATIENCE;
  }

  /** @throws the signal's reason once it has aborted */
  async rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (typeof setImmediate === 'function') setImmediate(resolve);
      else setTimeout(resolve, 0);
    });
    this.signal?.throwIfAborted();
    this.#last = performance.now();
  }
}
