import { getKernel, registerKernel, unregisterKernel, type KernelFunc } from '@tensorflow/tfjs-core';

/** Puts a kernel of the backend `wasm` in the place of TensorFlow.js's own, if the backend is there. */
export function replaceKernel(kernelName: string, kernel: (original: KernelFunc) => KernelFunc): void {
  const original = getKernel(kernelName, 'wasm');
  if (!original) return;
  unregisterKernel(kernelName, 'wasm');
  registerKernel({ ...original, kernelFunc: kernel(original.kernelFunc) });
}
