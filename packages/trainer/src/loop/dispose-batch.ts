import { dispose, type TensorContainer } from '@tensorflow/tfjs-core';

/** Frees the tensors of a batch, whatever its shape. */
export function disposeBatch(batch: unknown): void {
  dispose(batch as TensorContainer);
}
