import type { LoadBundleOptions } from '../bundle-tokenizer.js';
import { loadModel, type LoadedModel } from '../load-model.js';
import type { ModelSource } from '../model-source.js';
import { plainError, type Answer, type ModelFace, type Request } from './protocol.js';

export interface ServeModelOptions extends Pick<LoadBundleOptions, 'architectures' | 'tokenizer'> {
  /** Waited for before a model is loaded, such as `setBackend('wasm')`. */
  readonly ready?: Promise<unknown> | undefined;
}

/** The worker's own end, as much as is used of it. */
interface WorkerScope {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/**
 * Loads a model in this worker when the page asks for it, and answers what the page asks: all that a worker's file has to do beside the
 * import of a backend. The page's end is `loadModelInWorker`.
 * @example
 * serveModel({ ready: setBackend('wasm') }); // after `import '@tensorflow/tfjs-backend-wasm'`
 */
export function serveModel({ ready, ...options }: ServeModelOptions = {}): void {
  // The cast: the global object of a worker, for which Node's types have no name.
  const scope = globalThis as unknown as WorkerScope;
  const answer = (message: Answer) => scope.postMessage(message);
  const running = new Map<number, AbortController>();
  const streams = new Map<number, AsyncIterator<string>>();
  let model: LoadedModel | undefined;

  const load = async (id: number, source: unknown, signal: AbortSignal): Promise<ModelFace> => {
    await ready;
    model?.dispose();
    // The cast: `loadModel` refuses what is no source.
    model = await loadModel(source as ModelSource, {
      ...options,
      signal,
      onProgress: (progress) => answer({ id, type: 'progress', progress }),
      onWarning: (message) => answer({ id, type: 'warning', message }),
    });
    if (model.kind !== 'classifier') return { kind: model.kind };
    const { kind, classes, multiLabel } = model;
    return { kind, classes, multiLabel };
  };

  /** What the page is given by the types of the model that it holds: the casts repeat them. */
  const run = async (request: Exclude<Request, { call: 'abort' }>, signal: AbortSignal): Promise<unknown> => {
    const { id } = request;
    if (request.call === 'load') return load(id, request.given[0], signal);
    if (request.call === 'next' || request.call === 'return') {
      const stream = streams.get(request.stream);
      if (request.call === 'next') return (await stream?.next()) ?? { done: true };
      await stream?.return?.();
      return void streams.delete(request.stream);
    }
    const [first, settings] = request.given;
    const asked = { ...(settings as object), signal };
    if (model?.kind === 'classifier')
      return request.call === 'predict'
        ? model.predict(first as readonly string[], asked)
        : model.explain(first as string, asked);
    // Its signal outlives the call that opens it.
    if (model) streams.set(id, model.generate(first as string, asked)[Symbol.asyncIterator]());
    return undefined;
  };

  scope.addEventListener('message', ({ data }) => {
    const request = data as Request;
    const { id, call } = request;
    if (call === 'abort') return running.get(id)?.abort();
    const controller = new AbortController();
    running.set(id, controller);
    run(request, controller.signal).then(
      (value) => {
        if (call !== 'generate') running.delete(id);
        if (call === 'return') running.delete(request.stream);
        answer({ id, type: 'done', value });
      },
      (error: unknown) => {
        running.delete(id);
        answer({ id, type: 'failed', error: plainError(error) });
      },
    );
  });
}
