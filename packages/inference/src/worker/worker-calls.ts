import { UlmfitError } from '@ulmfit/errors';
import type { LoadModelOptions } from '../load-bundle.js';
import { errorOf, type Answer } from './protocol.js';

/** A Web Worker, as much as is used of it. */
export interface ModelWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: 'error' | 'messageerror',
    listener: (event: { readonly message?: string }) => void,
  ): void;
}

interface Waiting {
  readonly settle: (outcome: { value: unknown } | { error: unknown }) => void;
  readonly onProgress?: LoadModelOptions['onProgress'];
  readonly onWarning?: LoadModelOptions['onWarning'];
}

type CallOptions = Pick<LoadModelOptions, 'signal' | 'onProgress' | 'onWarning'>;

/** Calls to a worker, and what it answers. */
export class WorkerCalls {
  readonly #worker: ModelWorker;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #failure: UlmfitError | undefined;

  constructor(worker: ModelWorker) {
    this.#worker = worker;
    worker.addEventListener('message', ({ data }) => this.#answered(data as Answer));
    worker.addEventListener('error', ({ message = '' }) =>
      this.#fail(`failed${message === '' ? ', and its file may be missing' : `: ${message}`}`),
    );
    worker.addEventListener('messageerror', () => this.#fail('sent what can’t be read'));
  }

  /** @throws what the worker's call throws; the signal's reason */
  call(
    call: 'load' | 'predict' | 'explain' | 'generate',
    given: readonly unknown[],
    options: CallOptions = {},
  ): Promise<unknown> {
    return this.#ask({ call, given }, options).answer;
  }

  /** What the worker's model generates, piece by piece as it is asked for. */
  async *stream(given: readonly unknown[], signal: AbortSignal | undefined): AsyncGenerator<string, void> {
    signal?.throwIfAborted();
    const { id: stream, answer } = this.#ask({ call: 'generate', given });
    await answer;
    const abort = () => this.#send({ id: stream, call: 'abort' });
    signal?.addEventListener('abort', abort);
    try {
      for (;;) {
        const next = (await this.#ask({ call: 'next', stream }, { signal }).answer) as IteratorResult<
          string,
          void
        >;
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      if (!this.#failure) await this.#ask({ call: 'return', stream }).answer;
    }
  }

  /** Ends the worker; what it was about to answer is not answered any more. */
  end(): void {
    this.#fail('has ended');
    this.#worker.terminate();
  }

  #ask(request: object, { signal, ...told }: CallOptions = {}): { id: number; answer: Promise<unknown> } {
    const id = ++this.#last;
    const answer = new Promise<unknown>((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      if (signal?.aborted) return reject(signal.reason as Error);
      const abort = () => {
        this.#send({ id, call: 'abort' });
        this.#waiting.get(id)?.settle({ error: signal?.reason });
      };
      signal?.addEventListener('abort', abort);
      this.#waiting.set(id, {
        ...told,
        settle: (outcome) => {
          this.#waiting.delete(id);
          signal?.removeEventListener('abort', abort);
          if ('error' in outcome) reject(outcome.error as Error);
          else resolve(outcome.value);
        },
      });
      try {
        this.#send({ id, ...request });
      } catch (error) {
        // What can't be sent, such as a function among the settings.
        this.#waiting.get(id)?.settle({ error });
      }
    });
    return { id, answer };
  }

  #send(message: object): void {
    this.#worker.postMessage(message);
  }

  #answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    if (answer.type === 'progress') waiting.onProgress?.(answer.progress);
    else if (answer.type === 'warning') waiting.onWarning?.(answer.message);
    else if (answer.type === 'failed') waiting.settle({ error: errorOf(answer.error) });
    else waiting.settle({ value: answer.value });
  }

  #fail(why: string): void {
    this.#failure ??= new UlmfitError('WORKER_FAILED', `the model's worker ${why}; load the model again`);
    for (const { settle } of [...this.#waiting.values()]) settle({ error: this.#failure });
  }
}
