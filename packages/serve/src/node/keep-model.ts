import { setTimeout as wait } from 'node:timers/promises';
import { UlmfitError } from '@ulmfit/errors';
import type { ModelServer } from '../create-server.js';
import type { ServedModel } from '../served-model.js';

export interface KeepModelOptions {
  /** Loads the model as it is now. */
  readonly load: (signal: AbortSignal) => Promise<ServedModel>;
  /** Takes, in a line, what the operator should know. */
  readonly log: (line: string) => void;
  /** Seconds until the first try to load a model that has ended, which grow to a minute. Default 1. */
  readonly retryAfter?: number | undefined;
}

/** A model that a server always has. */
export interface KeptModel {
  /** Loads it again beside the present one and changes over. What does not load is told to `log`, and the present one goes on. */
  reload(): Promise<void>;
  /** Loads no more. */
  stop(): void;
}

const LONGEST_WAIT = 60;

/**
 * Loads a server's model, and loads it again on demand and whenever it has crashed.
 * @throws what `load` throws the first time
 * @example
 * const server = createServer({});
 * const kept = await keepModel(server, { load: () => isolatedModel(program), log: console.error });
 * process.on('SIGHUP', () => void kept.reload());
 */
export async function keepModel(
  server: ModelServer,
  { load, log, retryAfter = 1 }: KeepModelOptions,
): Promise<KeptModel> {
  const controller = new AbortController();
  const { signal } = controller;
  const loads = server.metrics.counter('ulmfit_model_loads_total', 'Loads of the model, by their result.');
  let last = Promise.resolve();
  let present: ServedModel | undefined;
  /** A reload that has not begun: another request joins it. */
  let waiting: Promise<void> | undefined;
  /** Ends the pause before the next try. */
  let wake = (): void => undefined;

  const take = async () => {
    const model = await load(signal).catch((error: unknown) => {
      if (!signal.aborted) loads.add(1, { result: 'failed' });
      throw error;
    });
    loads.add(1, { result: 'loaded' });
    if (signal.aborted) {
      await model.dispose();
      return;
    }
    present = model;
    void model.ended?.then(() => {
      void inTurn(() => again(model));
    });
    // The one before goes in its own time, whatever becomes of it.
    server.useModel(model).catch((error: unknown) => log(`serve: the model before: ${lineOf(error)}`));
  };
  const again = async (ended: ServedModel) => {
    // One that was replaced in the meantime is nobody's loss.
    if (present !== ended) return;
    for (let seconds = retryAfter; !signal.aborted; seconds = Math.min(2 * seconds, LONGEST_WAIT)) {
      try {
        const asked = new Promise<void>((resolve) => (wake = resolve));
        await Promise.race([wait(seconds * 1000, undefined, { signal }), asked]);
        await take();
        return log('serve: the model is there again');
      } catch (error) {
        if (!signal.aborted) log(`serve: the model does not load: ${lineOf(error)}`);
      }
    }
  };
  /** One load at a time. */
  const inTurn = (job: () => Promise<void>): Promise<void> => (last = last.then(job));

  await take();
  return {
    reload: () => {
      wake();
      return (waiting ??= inTurn(async () => {
        waiting = undefined;
        const begun = performance.now();
        try {
          await take();
          log(`serve: reloaded in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
        } catch (error) {
          if (!signal.aborted) log(`serve: not reloaded, the model before goes on: ${lineOf(error)}`);
        }
      }));
    },
    stop: () => controller.abort(new DOMException('the server is ending', 'AbortError')),
  };
}

function lineOf(error: unknown): string {
  if (error instanceof UlmfitError) return error.message;
  return (error instanceof Error ? (error.stack ?? error.message) : String(error)).replace(/\s*\n\s*/g, ' ');
}
