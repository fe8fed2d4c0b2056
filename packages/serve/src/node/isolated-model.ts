import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { requirePositive, UlmfitError } from '@ulmfit/errors';
import type { ServedModel } from '../served-model.js';
import type { FromModel, SentError, ToModel } from './model-messages.js';

export interface IsolatedModelOptions {
  /** Handed to the function that `hostModel` was given: what can be sent between processes. */
  readonly data?: unknown;
  /** What Node is started with. Default: as this process. */
  readonly execArgv?: readonly string[] | undefined;
  /** Seconds in which the process has to stop what nobody waits for any more; one that does not is ended. Default 10. */
  readonly stopTimeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A model in a process of its own. */
export interface IsolatedModel extends ServedModel {
  /** When its process has ended by itself. */
  readonly ended: Promise<Error>;
  /** Its process's memory in bytes, as it was after its last batch. */
  readonly memory: number;
  /** Ends the process. */
  dispose(): Promise<void>;
}

/** Milliseconds that a process has to end by itself. */
const TIME_TO_END = 2000;

/**
 * Starts a model in its own process: its work never blocks the server's, its memory is freed when it is replaced, and a
 * crash leaves the server alive.
 * @param program the file that calls `hostModel`
 * @throws UlmfitError `MODEL_ENDED`; what its loading throws; the signal's reason
 * @example
 * const model = await isolatedModel(new URL('model.js', import.meta.url));
 * await serve(createServer({ model }));
 */
export async function isolatedModel(
  program: URL,
  { data, execArgv = process.execArgv, stopTimeout = 10, signal }: IsolatedModelOptions = {},
): Promise<IsolatedModel> {
  requirePositive('isolatedModel: stopTimeout', stopTimeout);
  signal?.throwIfAborted();
  const child = fork(fileURLToPath(program), {
    execArgv: [...execArgv],
    // What it prints is no result of this program.
    stdio: ['ignore', 2, 2, 'ipc'],
    serialization: 'advanced',
  });
  const open = new Map<number, (message: Extract<FromModel, { id: number }> | Error) => void>();
  let memory = 0;
  let isDisposed = false;
  let loaded: (message: Extract<FromModel, { loaded: object }>) => void;
  let failed: (reason: Error) => void;
  const loading = new Promise<Extract<FromModel, { loaded: object }>>(
    (resolve, reject) => ([loaded, failed] = [resolve, reject]),
  );
  const exited = new Promise<Error>((resolve) => {
    child.once('error', (cause) =>
      resolve(
        new UlmfitError('MODEL_ENDED', `the model's process can't be started: ${cause.message}`, { cause }),
      ),
    );
    child.once('exit', (code, by) =>
      resolve(
        new UlmfitError(
          'MODEL_ENDED',
          `the model's process has ended (${by ?? `exit code ${code ?? '?'}`}); where that was SIGKILL, the memory may be used up`,
        ),
      ),
    );
  });
  void exited.then((reason) => {
    failed(reason);
    for (const settle of [...open.values()]) settle(reason);
  });
  child.on('message', (message: FromModel) => {
    if ('memory' in message) memory = message.memory;
    if ('loaded' in message) loaded(message);
    else if ('failed' in message) failed(received(message.failed));
    else open.get(message.id)?.(message);
  });
  const send = (message: ToModel) => void child.send(message, () => undefined);
  const stop = () => failed(signal?.reason as Error);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    send({ load: data });
    const { classes, multiLabel, explains } = (await loading).loaded;
    let nextId = 0;
    const asked = async (question: Question, given: AbortSignal): Promise<Answer> => {
      given.throwIfAborted();
      const id = nextId++;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const cancel = () => {
        send({ cancel: id });
        timer = setTimeout(() => child.kill('SIGKILL'), stopTimeout * 1000);
      };
      given.addEventListener('abort', cancel, { once: true });
      try {
        return await new Promise((resolve, reject) => {
          open.set(id, (message) => {
            if (message instanceof Error) reject(message);
            else if ('error' in message)
              reject(given.aborted ? (given.reason as Error) : received(message.error));
            else resolve(message);
          });
          if (!child.connected) void exited.then(reject);
          else send({ id, ...question });
        });
      } finally {
        clearTimeout(timer);
        open.delete(id);
        given.removeEventListener('abort', cancel);
      }
    };
    return {
      classes,
      multiLabel,
      get memory() {
        return memory;
      },
      // One that was asked to end has not done so by itself.
      ended: exited.then((reason) => (isDisposed ? new Promise<never>(() => undefined) : reason)),
      async *classify(texts, options) {
        const answer = await asked({ texts }, options.signal);
        if ('predictions' in answer) yield* answer.predictions;
      },
      explain: explains
        ? async (text, options) => {
            const answer = await asked({ explain: text, classes: options.classes }, options.signal);
            if ('explanation' in answer) return answer.explanation;
            throw new Error('the model’s process gave no explanation');
          }
        : undefined,
      dispose: async () => {
        isDisposed = true;
        await end(child, exited);
      },
    };
  } catch (error) {
    await end(child, exited);
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

type Question =
  | { readonly texts: readonly string[] }
  | { readonly explain: string; readonly classes: readonly string[] | undefined };

type Answer = Exclude<Extract<FromModel, { id: number }>, { error: SentError }>;

/** Lets a process end, by force where it takes long. */
async function end(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), TIME_TO_END);
  await exited;
  clearTimeout(timer);
}

const received = ({ code, message }: SentError): Error =>
  code === undefined ? new Error(message) : new UlmfitError(code, message);
