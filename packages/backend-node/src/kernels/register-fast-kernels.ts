import { getKernel, type KernelFunc, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import type { FastKernel } from './fast-kernel.js';
import { matMul } from './mat-mul.js';

const fastKernels: readonly FastKernel[] = [matMul];

const BACKEND = 'tensorflow';
const ours = new WeakSet<KernelFunc>();

/**
 * Registers the fast kernels for the `tensorflow` backend in place of tfjs-node's own; a second call changes nothing.
 * @returns The names of all that are in place.
 */
export function registerFastKernels(): string[] {
  for (const { kernelName, create } of fastKernels) {
    const registered = getKernel(kernelName, BACKEND) as ReturnType<typeof getKernel> | undefined;
    const original = registered?.kernelFunc;
    if (original !== undefined && ours.has(original)) continue;
    const kernelFunc = create(original);
    ours.add(kernelFunc);
    // tfjs warns about a name that is taken.
    if (original !== undefined) unregisterKernel(kernelName, BACKEND);
    registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
  }
  return fastKernels.map(({ kernelName }) => kernelName);
}
