import { UlmfitError } from '@ulmfit/errors';
import type { Prediction } from '@ulmfit/inference';
import type { ServedModel } from './served-model.js';

export interface BatchQueueOptions {
  /** Texts that are classified at once at most. */
  readonly batchSize: number;
  /** Milliseconds that a text waits for company while several requests come at a time. */
  readonly batchWait: number;
  /** Texts that wait at most. */
  readonly queueSize: number;
  /** Told of each batch that was classified: its texts and its seconds. */
  readonly onBatch?: ((texts: number, seconds: number) => void) | undefined;
}

/** What a request waits for. */
interface Waiting {
  readonly signal: AbortSignal;
  readonly reject: (reason: unknown) => void;
  settled: boolean;
}

/** Texts to classify, which share batches with those of other requests. */
interface Texts extends Waiting {
  readonly texts: readonly string[];
  /** The first text that no batch has yet. */
  next: number;
  readonly results: (Prediction | null)[];
  open: number;
  readonly resolve: (results: readonly (Prediction | null)[]) => void;
}

/** What has the model to itself. */
interface Alone extends Waiting {
  readonly places: number;
  /** Settles the request. */
  readonly run: (model: ServedModel) => Promise<void>;
}

/** A text in a batch: whose it is and which. */
interface Place {
  readonly of: Texts;
  readonly index: number;
}

/** A model with the batch that it is at. */
interface Lane {
  readonly model: ServedModel;
  running: Promise<void> | undefined;
}

/** Characters of a batch at most, one longer text apart: no batch keeps others waiting for many seconds. */
const BATCH_CHARACTERS = 64 * 1024;
/** How much the newest batch counts in the time a text takes. */
const NEWEST = 0.2;

/**
 * Collects the texts of concurrent requests and has them classified together. One batch is at the model at a time, so batches
 * grow with the load; requests take turns within them, so that a large one does not hold up small ones.
 */
export class BatchQueue {
  readonly #options: BatchQueueOptions;
  #lane: Lane | undefined;
  readonly #turns: (Texts | Alone)[] = [];
  #queued = 0;
  #secondsOfText = 0;
  /** Whether several requests came at the same time lately: else there is nobody to wait for. */
  #hasCompany = true;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: BatchQueueOptions) {
    this.#options = options;
  }

  /** Texts that wait. */
  get length(): number {
    return this.#queued;
  }

  /** Seconds until what waits now is done, by what texts took lately. */
  get seconds(): number {
    return (this.#queued + 1) * this.#secondsOfText;
  }

  /**
   * The predictions of texts, in their order.
   * @throws UlmfitError `QUEUE_FULL`; what the model throws; the signal's reason, and the texts' places are free at once
   */
  submit(texts: readonly string[], signal: AbortSignal): Promise<readonly (Prediction | null)[]> {
    if (texts.length === 0) return Promise.resolve([]);
    return this.#wait(texts.length, signal, (waiting) => ({
      ...waiting,
      texts,
      next: 0,
      results: new Array<Prediction | null>(texts.length).fill(null),
      open: texts.length,
    }));
  }

  /**
   * Has the model to itself when its turn comes.
   * @param places of the queue that it takes: about as many as it takes texts' time
   * @throws UlmfitError `QUEUE_FULL`; what `job` throws; the signal's reason
   */
  alone<R>(job: (model: ServedModel) => Promise<R>, places: number, signal: AbortSignal): Promise<R> {
    return this.#wait<R>(Math.min(places, this.#options.queueSize), signal, (waiting) => ({
      ...waiting,
      places: Math.min(places, this.#options.queueSize),
      run: async (model) => waiting.resolve(await job(model)),
    }));
  }

  #wait<R>(
    places: number,
    signal: AbortSignal,
    make: (waiting: Waiting & { readonly resolve: (result: R) => void }) => Texts | Alone,
  ): Promise<R> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const { queueSize } = this.#options;
      if (this.#queued + places > queueSize)
        throw new UlmfitError(
          'QUEUE_FULL',
          `${this.#queued} of ${queueSize} places are taken, with no room for ${places} more; retry after the seconds in Retry-After`,
        );
      const leave = () => this.#settle(waiting, () => reject(signal.reason as Error));
      const waiting = make({
        signal,
        settled: false,
        resolve: (result) => {
          signal.removeEventListener('abort', leave);
          resolve(result);
        },
        reject: (reason) => {
          signal.removeEventListener('abort', leave);
          reject(reason as Error);
        },
      });
      signal.addEventListener('abort', leave, { once: true });
      this.#turns.push(waiting);
      this.#queued += places;
      this.#schedule();
    });
  }

  /**
   * Takes a model from the next batch on. The one before is disposed when its last batch is done, which the promise waits for.
   * Without a model, texts wait.
   */
  async use(model: ServedModel | undefined): Promise<void> {
    const before = this.#lane;
    if (before && before.model === model) return;
    this.#lane = model && { model, running: undefined };
    this.#schedule();
    if (!before) return;
    await before.running;
    await before.model.dispose();
  }

  /** Refuses what waits. */
  refuse(reason: Error): void {
    for (const waiting of [...this.#turns]) this.#settle(waiting, () => waiting.reject(reason));
  }

  #schedule(): void {
    const { batchSize, batchWait } = this.#options;
    const lane = this.#lane;
    if (!lane || lane.running || this.#queued === 0) return;
    if (this.#queued >= batchSize || batchWait === 0 || !this.#hasCompany) return this.#start(lane);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#lane && !this.#lane.running && this.#queued > 0) this.#start(this.#lane);
    }, batchWait);
  }

  #start(lane: Lane): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [first] = this.#turns;
    const work =
      first && 'run' in first ? this.#runAlone(lane.model, first) : this.#run(lane.model, this.#take());
    lane.running = work.finally(() => {
      lane.running = undefined;
      this.#schedule();
    });
  }

  /** The next batch: a text of each request, one after the other. */
  #take(): Place[] {
    const batch: Place[] = [];
    let characters = 0;
    while (batch.length < this.#options.batchSize) {
      const [of] = this.#turns;
      if (!of || 'run' in of) break;
      characters += of.texts[of.next]?.length ?? 0;
      if (batch.length > 0 && characters > BATCH_CHARACTERS) break;
      batch.push({ of, index: of.next++ });
      this.#queued--;
      this.#turns.shift();
      if (of.next < of.texts.length) this.#turns.push(of);
    }
    return batch;
  }

  async #runAlone(model: ServedModel, waiting: Alone): Promise<void> {
    this.#turns.shift();
    this.#queued -= waiting.places;
    try {
      await waiting.run(model);
      waiting.settled = true;
    } catch (error) {
      this.#settle(waiting, () => waiting.reject(error));
    }
  }

  /** Never rejects: what goes wrong is told to the requests. */
  async #run(model: ServedModel, batch: readonly Place[]): Promise<void> {
    const begun = performance.now();
    const requests = [...new Set(batch.map(({ of }) => of))];
    this.#hasCompany = requests.length > 1;
    try {
      if (!(await this.#classify(model, batch, requests))) return;
      const seconds = (performance.now() - begun) / 1000;
      const each = seconds / batch.length;
      this.#secondsOfText += (this.#secondsOfText === 0 ? 1 : NEWEST) * (each - this.#secondsOfText);
      this.#options.onBatch?.(batch.length, seconds);
    } catch (error) {
      const left = requests.filter(({ settled }) => !settled);
      // One request's text may spoil the batch for others: each is tried by itself.
      if (left.length > 1 && !hasEnded(error))
        for (const of of left)
          await this.#run(
            model,
            batch.filter((place) => place.of === of && !of.settled),
          );
      else for (const of of left) this.#settle(of, () => of.reject(error));
    }
  }

  /** @returns whether a client waited for it until the end */
  async #classify(model: ServedModel, batch: readonly Place[], requests: readonly Texts[]): Promise<boolean> {
    // The model stops when nobody waits for the batch any more.
    const controller = new AbortController();
    const left = () => {
      if (requests.every(({ signal }) => signal.aborted)) controller.abort();
    };
    for (const { signal } of requests) signal.addEventListener('abort', left, { once: true });
    try {
      left();
      if (controller.signal.aborted) return false;
      const texts = batch.map(({ of, index }) => of.texts[index] ?? '');
      let i = 0;
      for await (const prediction of model.classify(texts, { signal: controller.signal })) {
        const place = batch[i++];
        if (!place) break;
        place.of.results[place.index] = prediction;
      }
      if (i !== batch.length)
        throw new Error(
          `the model gave ${i} predictions for ${batch.length} texts; it must give one for each`,
        );
    } catch (error) {
      if (controller.signal.aborted) return false;
      throw error;
    } finally {
      for (const { signal } of requests) signal.removeEventListener('abort', left);
    }
    for (const { of } of batch) if (--of.open === 0) this.#settle(of, () => of.resolve(of.results));
    return true;
  }

  #settle(waiting: Texts | Alone, how: () => void): void {
    if (waiting.settled) return;
    waiting.settled = true;
    const at = this.#turns.indexOf(waiting);
    if (at >= 0) {
      this.#turns.splice(at, 1);
      this.#queued -= 'run' in waiting ? waiting.places : waiting.texts.length - waiting.next;
    }
    how();
  }
}

const hasEnded = (error: unknown): boolean => error instanceof UlmfitError && error.code === 'MODEL_ENDED';
