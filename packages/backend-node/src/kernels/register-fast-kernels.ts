import { getKernel, type KernelFunc, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import { adamStep } from './adam-step.js';
import { concatPooling, concatPoolingGrad } from './concat-pooling.js';
import { dropout } from './dropout.js';
import { embeddingGrad } from './embedding-grad.js';
import type { FastKernel } from './fast-kernel.js';
import { globalNorm } from './global-norm.js';
import { lstmInference } from './lstm-inference.js';
import { lstmLayer, lstmLayerGrad } from './lstm-layer.js';
import { lstmRecurrence, lstmRecurrenceGrad } from './lstm-recurrence.js';
import { matMul } from './mat-mul.js';
import { product } from './product.js';
import { squareSum, squareSumGrad } from './square-sum.js';
import { softmaxCrossEntropy, tiedSoftmaxCrossEntropy } from './softmax-cross-entropy.js';

/** Made of TensorFlow's own ops. */
const fastKernels: readonly FastKernel[] = [matMul];

/** Made of ops that the native module registers with TensorFlow, which must be loaded. */
const nativeKernels: readonly FastKernel[] = [
  lstmLayer,
  lstmLayerGrad,
  lstmRecurrence,
  lstmRecurrenceGrad,
  lstmInference,
  dropout,
  softmaxCrossEntropy,
  tiedSoftmaxCrossEntropy,
  adamStep,
  globalNorm,
  squareSum,
  squareSumGrad,
  concatPooling,
  concatPoolingGrad,
  embeddingGrad,
  product,
];

const BACKEND = 'tensorflow';
const ours = new WeakSet<KernelFunc>();

/**
 * Registers the fast kernels for the `tensorflow` backend instead of tfjs-node's own; a second call changes nothing.
 * @returns The names of all that are in place.
 */
export function registerFastKernels(): string[] {
  return register(fastKernels);
}

/** Registers the native kernels, which take the place of composed operations. The module must be loaded. */
export function registerNativeKernels(): string[] {
  return register(nativeKernels);
}

/** Goes back to the composed operations. */
export function unregisterNativeKernels(): void {
  for (const { kernelName } of nativeKernels) {
    if (isRegistered(kernelName)) unregisterKernel(kernelName, BACKEND);
  }
}

function register(kernels: readonly FastKernel[]): string[] {
  for (const { kernelName, create } of kernels) {
    const original = isRegistered(kernelName) ? getKernel(kernelName, BACKEND).kernelFunc : undefined;
    if (original !== undefined && ours.has(original)) continue;
    const kernelFunc = create(original);
    ours.add(kernelFunc);
    // tfjs warns about a name that is taken.
    if (original !== undefined) unregisterKernel(kernelName, BACKEND);
    registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
  }
  return kernels.map(({ kernelName }) => kernelName);
}

function isRegistered(kernelName: string): boolean {
  return (getKernel(kernelName, BACKEND) as unknown) !== undefined;
}
