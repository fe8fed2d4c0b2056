import { getKernel, Identity, type TensorInfo } from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.js';
import type { WasmBackend } from './wasm-backend.js';

let isUsed = false;

/**
 * Lets clones in the backend `wasm` share their numbers, as they do in TensorFlow.js's other backends: its own kernel copies them, and so all
 * that is saved for a gradient, weights too. Once the backend is there.
 */
export function useWasmClones(): void {
  if (isUsed || !getKernel(Identity, 'wasm')) return;
  isUsed = true;
  replaceKernel(Identity, (original) => (call) => {
    const { x } = call.inputs as { x: TensorInfo };
    if (x.dtype === 'string') return original(call);
    const { dataId, shape, dtype } = x;
    (call.backend as WasmBackend).incRef(dataId);
    return { dataId, shape, dtype };
  });
}
