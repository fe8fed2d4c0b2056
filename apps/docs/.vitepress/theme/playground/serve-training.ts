import { useWasmKernels } from '@ulmfit/kernels/wasm';
import { memoryStore } from '@ulmfit/trainer';
import {
  trainOnLines,
  type Line,
  type Progress,
  type Trained,
} from '../../../../../docs/examples/browser/train.js';
import { messageOf } from './message-of.js';

/** What the page sends: lines to train on, or `stop`. */
export type TrainingRequest = { readonly lines: readonly Line[] } | 'stop';
/** What it gets: each step's progress, then the model, which is undefined when it was stopped. */
export type TrainingAnswer =
  { readonly progress: Progress } | { readonly trained: Trained } | { readonly error: string };

/** Trains in this worker when the page asks for it. */
export function serveTraining(ready: Promise<unknown>): void {
  // The cast: the worker's own end, for which the library of pages has no name.
  const scope = globalThis as unknown as {
    postMessage(message: TrainingAnswer): void;
    addEventListener(type: 'message', listener: (event: { readonly data: TrainingRequest }) => void): void;
  };
  const stop = new AbortController();
  // Nothing is resumed here: checkpoints are not kept.
  const store = { ...memoryStore(), save: () => undefined, list: () => [] };
  const train = async (lines: readonly Line[]): Promise<Trained> => {
    await ready;
    useWasmKernels();
    return trainOnLines(lines, {
      ...{ store, signal: stop.signal },
      onProgress: (progress) => scope.postMessage({ progress }),
    });
  };
  scope.addEventListener('message', ({ data }) => {
    if (data === 'stop') return stop.abort();
    train(data.lines).then(
      (trained) => scope.postMessage({ trained }),
      (reason: unknown) => scope.postMessage({ error: messageOf(reason) }),
    );
  });
}
