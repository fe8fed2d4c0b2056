import { UlmfitError } from '@ulmfit/errors';
import type { ServedModel } from '../served-model.js';
import type { FromModel, SentError, ToModel } from './model-messages.js';

/**
 * The whole program of a model's process, which `isolatedModel` starts.
 * @param load loads the model, by the data that `isolatedModel` was given
 * @example
 * // model.js
 * await useBackend();
 * hostModel(() => loadClassifier('runs/tickets'));
 */
export function hostModel(load: (data: unknown) => Promise<ServedModel>): void {
  if (!process.send)
    throw new UlmfitError(
      'BAD_OPTION',
      'hostModel: this program was not started by isolatedModel; start it so',
    );
  // A terminal and a service manager signal the whole group. The server says when to end: it goes, and so does this.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('disconnect', () => process.exit());
  const send = (message: FromModel) => void process.send?.(message, undefined, undefined, () => undefined);
  const running = new Map<number, AbortController>();
  let model: ServedModel | undefined;

  const classify = async (id: number, texts: readonly string[]) => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      if (!model) throw new Error('texts came before the model was loaded');
      const predictions = [];
      for await (const prediction of model.classify(texts, { signal: controller.signal }))
        predictions.push(prediction);
      send({ id, predictions, memory: process.memoryUsage.rss() });
    } catch (error) {
      send({ id, error: sent(error) });
    } finally {
      running.delete(id);
    }
  };
  process.on('message', (message: ToModel) => {
    if ('cancel' in message) running.get(message.cancel)?.abort();
    else if ('texts' in message) void classify(message.id, message.texts);
    else
      void (async () => load(message.load))().then(
        (loaded) => {
          model = loaded;
          const { classes, multiLabel } = loaded;
          send({ loaded: { classes, multiLabel }, memory: process.memoryUsage.rss() });
        },
        (error: unknown) => send({ failed: sent(error) }),
      );
  });
}

function sent(error: unknown): SentError {
  if (error instanceof UlmfitError) return { code: error.code, message: error.message };
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
