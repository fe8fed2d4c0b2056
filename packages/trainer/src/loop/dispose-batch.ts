import { dispose, type TensorContainer } from '@tensorflow/tfjs-core';

/**
 * Frees the tensors of a batch, whatever its shape.
 * @example
 * for (const each of train.open({ epoch: 0, batch: 0 })) disposeBatch(each);
 */
export function disposeBatch(batch: unknown): void {
  dispose(batch as TensorContainer);
}
