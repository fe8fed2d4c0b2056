import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { UlmfitError } from '@ulmfit/errors';
import {
  isNamedTokenizer,
  type PackedTokens,
  type PackFailure,
  type TextChunk,
  type Tokenizer,
} from '@ulmfit/text';
import type { ThreadTokenizer } from './thread-tokenizer.js';

interface Task {
  readonly chunk: TextChunk;
  resolve(result: PackedTokens | PackFailure): void;
  reject(error: unknown): void;
}

interface Thread {
  readonly worker: Worker;
  /** In the order in which they were sent and are answered. */
  readonly tasks: Task[];
  /** Why it ended. */
  ended?: string;
}

/** The built thread: beside this file, or where it is built to when this runs from its source. A bundle may have neither. */
const script = ['./tokenizer-worker.js', '../../dist/tokens/tokenizer-worker.js']
  .map((path) => new URL(path, import.meta.url))
  .find((url) => url.protocol === 'file:' && existsSync(url));

/** Threads that tokenize. Close it: threads keep the process alive. */
export class TokenizerPool {
  readonly #threads: Thread[];
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => void this.close();

  /** Whether threads can do what a tokenizer does: it can't be sent to them, so its name or module has to tell all of it. */
  static canRun(tokenizer: Tokenizer): boolean {
    return script !== undefined && (tokenizer.module !== undefined || isNamedTokenizer(tokenizer));
  }

  /** @param signal ends all that is under way, by its reason */
  constructor(count: number, { name, rules, module }: Tokenizer, signal?: AbortSignal) {
    if (script === undefined) throw new Error('there is no tokenizer-worker.js');
    const url = script;
    const workerData: ThreadTokenizer = { name, rules, module };
    this.#signal = signal;
    // Without the process's own flags: they may be for other code, such as a test runner's.
    const workers = Array.from({ length: count }, () => new Worker(url, { workerData, execArgv: [] }));
    this.#threads = workers.map((worker) => {
      const thread: Thread = { worker, tasks: [] };
      const end = (why: string) => {
        thread.ended ??= why;
        for (const { chunk, reject } of thread.tasks.splice(0)) reject(signal?.reason ?? ended(chunk, why));
      };
      worker.on('message', (result: PackedTokens | PackFailure) => thread.tasks.shift()?.resolve(result));
      worker.on('error', (error) => end(error.message));
      worker.on('exit', (code) => end(`exit code ${code}`));
      return thread;
    });
    signal?.addEventListener('abort', this.#onAbort);
  }

  /**
   * Tokenizes a chunk on the thread with the least to do.
   * @throws the signal's reason; UlmfitError `TOKENIZER_ENDED` when the thread dies, such as for want of memory
   */
  async run(chunk: TextChunk): Promise<PackedTokens | PackFailure> {
    this.#signal?.throwIfAborted();
    const thread = this.#threads.reduce((least, each) =>
      each.tasks.length < least.tasks.length ? each : least,
    );
    if (thread.ended !== undefined) throw ended(chunk, thread.ended);
    return new Promise((resolve, reject) => {
      thread.tasks.push({ chunk, resolve, reject });
      thread.worker.postMessage(chunk);
    });
  }

  async close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }
}

function ended({ before, texts }: TextChunk, why: string): UlmfitError {
  return new UlmfitError(
    'TOKENIZER_ENDED',
    `documents ${before + 1} to ${before + texts.length}: the thread that tokenized them ended (${why}); use --threads 1 (workers: 1)`,
  );
}
