import type { KernelFunc } from '@tensorflow/tfjs-core';

/** A kernel for the `tensorflow` backend that takes the place of tfjs-node's own, or adds a name. */
export interface FastKernel {
  /** The name that `tf.registerKernel` knows it by. */
  readonly kernelName: string;
  /**
   * Makes the kernel.
   * @param original - The kernel registered so far, for the inputs that the fast one leaves alone.
   */
  create(original: KernelFunc | undefined): KernelFunc;
}
