import { getKernel, Identity } from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.js';

let isUsed = false;

/**
 * Lets clones in the backend `wasm` share their numbers, as they do in TensorFlow.js's other backends: its own kernel copies them, and so all
 * that is saved for a gradient, weights too. Once the backend is there.
 */
export function useWasmClones(): void {
  if (isUsed || !getKernel(Identity, 'wasm')) return;
  isUsed = true;
  replaceKernel(Identity, ({ inputs: { x }, backend }) => {
    if (!x || x.dtype === 'string') return undefined;
    const { dataId, shape, dtype } = x;
    backend.incRef(dataId);
    return { dataId, shape, dtype };
  });
}
