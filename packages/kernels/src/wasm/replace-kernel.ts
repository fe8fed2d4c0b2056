import { getKernel, registerKernel, unregisterKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend.js';

/** What an operation's kernel is called with. */
export interface KernelCall<Attributes> {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: Attributes;
  readonly backend: WasmBackend;
}

/**
 * Puts a kernel of the backend `wasm` before TensorFlow.js's own, if the backend is there.
 * @param kernel leaves what it doesn't take to the other by returning undefined
 */
export function replaceKernel<Attributes = object>(
  kernelName: string,
  kernel: (call: KernelCall<Attributes>) => TensorInfo | TensorInfo[] | undefined,
): void {
  const original = getKernel(kernelName, 'wasm');
  if (!original) return;
  unregisterKernel(kernelName, 'wasm');
  registerKernel({
    ...original,
    // The cast: TensorFlow.js calls the kernel of an operation with what that has.
    kernelFunc: (call) => kernel(call as unknown as KernelCall<Attributes>) ?? original.kernelFunc(call),
  });
}
