import { requireThat } from '@ulmfit/errors';
import { classifyBy } from '../classify-texts.js';
import type { LoadModelOptions } from '../load-bundle.js';
import type { LoadedModel } from '../load-model.js';
import type { ModelSource } from '../model-source.js';
import type { Explanation } from '../explain-text.js';
import type { Prediction } from '../predict-texts.js';
import { WorkerCalls, type ModelWorker } from './worker-calls.js';
import type { ModelFace } from './protocol.js';

export interface LoadModelInWorkerOptions extends Pick<
  LoadModelOptions,
  'signal' | 'onProgress' | 'onWarning'
> {
  /** The worker, whose file calls `serveModel`. It belongs to the model from then on, and ends with it. */
  readonly worker: ModelWorker;
}

/**
 * Loads a model in a Web Worker, so that the page goes on while it reads: the same model as `loadModel` gives, whose every call is
 * answered from there. `dispose` ends the worker.
 * @param source as of `loadModel`; an address is relative to the page
 * @throws UlmfitError as `loadModel` does, and `WORKER_FAILED` where the worker can't be started or ends; the signal's reason
 * @example
 * const model = await loadModelInWorker('/models/tickets.ulmfit', {
 *   worker: new Worker(new URL('./model.worker.ts', location.href), { type: 'module' }),
 * });
 * if (model.kind === 'classifier') console.log(await model.predict(['My card was charged twice.']));
 */
export async function loadModelInWorker(
  source: ModelSource,
  { worker, signal, onProgress, onWarning = (message) => console.warn(message) }: LoadModelInWorkerOptions,
): Promise<LoadedModel> {
  requireThat(
    'loadModelInWorker: worker',
    worker,
    typeof worker === 'object' && worker !== null && 'postMessage' in worker,
    'a Worker',
  );
  const calls = new WorkerCalls(worker);
  try {
    const face = await calls.call('load', [absolute(source)], { signal, onProgress, onWarning });
    // The cast: the worker's answer to `load`.
    return modelOf(calls, face as ModelFace);
  } catch (error) {
    calls.end();
    throw error;
  }
}

/** An address is the page's: the worker has another. */
function absolute(source: ModelSource): ModelSource {
  if (source instanceof URL) return source.href;
  if (typeof source !== 'string') return source;
  try {
    return new URL(source, (globalThis as { location?: { href: string } }).location?.href).href;
  } catch {
    return source; // Refused when it is loaded.
  }
}

/** The model's end in the page. The casts repeat the types of the calls that the worker answers. */
function modelOf(calls: WorkerCalls, face: ModelFace): LoadedModel {
  const dispose = () => calls.end();
  if (face.kind === 'classifier') {
    const predict = async (
      texts: readonly string[],
      { signal, batchSize }: { signal?: AbortSignal | undefined; batchSize?: number | undefined } = {},
    ) => (await calls.call('predict', [texts, { batchSize }], { signal })) as Prediction[];
    return {
      ...face,
      predict,
      classify: (texts, options) => classifyBy(predict, texts, options),
      explain: async (text, { signal, ...options } = {}) =>
        (await calls.call('explain', [text, options], { signal })) as Explanation,
      dispose,
    };
  }
  return {
    ...face,
    generate: (prompt, { signal, ...options } = {}) => calls.stream([prompt, options], signal),
    dispose,
  };
}
