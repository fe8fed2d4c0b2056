import { GatherV2, getKernel } from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.js';

let isUsed = false;

/**
 * Lets the backend `wasm` look up rows of a table by copying each as a whole: TensorFlow.js's own kernel works out the place of every
 * number. Once the backend is there.
 */
export function useWasmRows(): void {
  if (isUsed || !getKernel(GatherV2, 'wasm')) return;
  isUsed = true;
  replaceKernel<{ axis: number; batchDims: number }>(GatherV2, ({ inputs, attrs, backend }) => {
    const { x, indices } = inputs;
    if (attrs.axis !== 0 || attrs.batchDims !== 0 || x?.dtype !== 'float32' || indices?.dtype !== 'int32')
      return undefined;
    const [count = 0, ...rest] = x.shape;
    const size = rest.reduce((product, each) => product * each, 1);
    // Its own kernel says what is wrong.
    if (backend.typedArrayFromHeap(indices).some((row) => row < 0 || row >= count)) return undefined;
    const out = backend.makeOutput([...indices.shape, ...rest], x.dtype);
    // Looked at after memory was asked for, which may move it.
    const [from, to] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)];
    backend
      .typedArrayFromHeap(indices)
      .forEach((row, i) => to.set(from.subarray(row * size, (row + 1) * size), i * size));
    return out;
  });
}
