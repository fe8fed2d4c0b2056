import { UlmfitError } from '@ulmfit/errors';
import type { Explanation, Prediction } from '@ulmfit/inference';
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
      'hostModel: this program was not started by isolatedModel; start it with that',
    );
  // A terminal and a service manager signal the whole group. The server says when to end: it goes, and so does this.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('disconnect', () => process.exit());
  const send = (message: FromModel) => void process.send?.(message, undefined, undefined, () => undefined);
  const running = new Map<number, AbortController>();
  let model: ServedModel | undefined;

  const answer = async (id: number, work: (model: ServedModel, signal: AbortSignal) => Promise<Result>) => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      if (!model) throw new Error('a text came before the model was loaded');
      const result = await work(model, controller.signal);
      send({ id, ...result, memory: process.memoryUsage.rss() });
    } catch (error) {
      send({ id, error: sent(error) });
    } finally {
      running.delete(id);
    }
  };
  process.on('message', (message: ToModel) => {
    if ('cancel' in message) running.get(message.cancel)?.abort();
    else if ('texts' in message)
      void answer(message.id, async (loaded, signal) => {
        const predictions = [];
        for await (const prediction of loaded.classify(message.texts, { signal }))
          predictions.push(prediction);
        return { predictions };
      });
    else if ('explain' in message)
      void answer(message.id, async (loaded, signal) => {
        if (!loaded.explain) throw new Error('this model gives no explanations');
        return { explanation: await loaded.explain(message.explain, { classes: message.classes, signal }) };
      });
    else
      void (async () => load(message.load))().then(
        (loaded) => {
          model = loaded;
          const { classes, multiLabel, explain } = loaded;
          send({
            loaded: { classes, multiLabel, explains: explain !== undefined },
            memory: process.memoryUsage.rss(),
          });
        },
        (error: unknown) => send({ failed: sent(error) }),
      );
  });
}

type Result =
  { readonly predictions: readonly (Prediction | null)[] } | { readonly explanation: Explanation };

function sent(error: unknown): SentError {
  if (error instanceof UlmfitError) return { code: error.code, message: error.message };
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
