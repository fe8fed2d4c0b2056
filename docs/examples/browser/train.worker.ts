import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { setBackend } from '@tensorflow/tfjs-core';
import { indexedDbStore } from '@ulmfit/checkpoint';
import { useWasmKernels } from '@ulmfit/kernels/wasm';
import { trainOnLines, type Line, type Progress, type Trained } from './train.js';

/** What the page sends: lines to train on, or `stop`. */
export type ToWorker =
  { readonly name: string; readonly lines: readonly Line[]; readonly wasm: string } | 'stop';
/** What it gets: how far the training is, and its end. */
export type FromWorker =
  { readonly progress: Progress } | { readonly trained: Trained } | { readonly error: string };

// A worker's end, which a project with the library `webworker` knows as `self`.
const scope = globalThis as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: (event: { readonly data: ToWorker }) => void;
};
const stop = new AbortController();

scope.onmessage = ({ data }) => {
  if (data === 'stop') return stop.abort();
  const { name, lines, wasm } = data;
  setWasmPaths(wasm);
  setBackend('wasm')
    .then(() => {
      useWasmKernels();
      return trainOnLines(lines, {
        store: indexedDbStore(name),
        signal: stop.signal,
        onProgress: (progress) => scope.postMessage({ progress }),
      });
    })
    .then(
      (trained) => scope.postMessage({ trained }),
      (error: unknown) => scope.postMessage({ error: String(error) }),
    );
};
