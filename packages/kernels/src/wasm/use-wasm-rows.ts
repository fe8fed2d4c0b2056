import { GatherV2, getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.js';
import type { WasmBackend } from './wasm-backend.js';

let isUsed = false;

/**
 * Lets the backend `wasm` look up rows of a table by copying each as a whole: TensorFlow.js's own kernel works out the place of every
 * number. Once the backend is there.
 */
export function useWasmRows(): void {
  if (isUsed || !getKernel(GatherV2, 'wasm')) return;
  isUsed = true;
  replaceKernel(GatherV2, (original) => (call) => {
    const { x, indices } = call.inputs as { x: TensorInfo; indices: TensorInfo };
    const { axis, batchDims } = call.attrs as unknown as { axis: number; batchDims: number };
    if (axis !== 0 || batchDims !== 0 || x.dtype !== 'float32' || indices.dtype !== 'int32')
      return original(call);
    const backend = call.backend as WasmBackend;
    const [count = 0, ...rest] = x.shape;
    const size = rest.reduce((product, each) => product * each, 1);
    // Its own kernel says what is wrong.
    if (backend.typedArrayFromHeap(indices).some((row) => row < 0 || row >= count)) return original(call);
    const out = backend.makeOutput([...indices.shape, ...rest], x.dtype);
    // Looked at after memory was asked for, which may move it.
    const [from, to] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)];
    backend
      .typedArrayFromHeap(indices)
      .forEach((row, i) => to.set(from.subarray(row * size, (row + 1) * size), i * size));
    return out;
  });
}
