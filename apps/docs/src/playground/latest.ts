/** Runs the newest of what it is asked, after a pause: what is older is cancelled. */
export class Latest {
  readonly #pause: number;
  #running: AbortController | undefined;

  /** @param pause milliseconds without another request before the newest begins */
  constructor(pause: number) {
    this.#pause = pause;
  }

  /** @param failed told what `task` throws, unless a newer request has cancelled it */
  ask(task: (signal: AbortSignal) => Promise<void>, failed: (reason: unknown) => void): void {
    this.cancel();
    const { signal } = (this.#running = new AbortController());
    pause(this.#pause, signal)
      .then(() => task(signal))
      .catch((reason: unknown) => {
        if (!signal.aborted) failed(reason);
      });
  }

  cancel(): void {
    this.#running?.abort();
  }
}

/**
 * Waits for some milliseconds.
 * @throws the signal's reason
 */
export const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
