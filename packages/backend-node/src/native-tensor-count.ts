import { findBackend } from '@tensorflow/tfjs-core';
import { isTensorFlowBackend } from './tensorflow-backend.js';

/**
 * How many tensors TensorFlow itself holds, among them those that `tf.memory()` doesn't know of. A leak test compares
 * it before and after. `undefined` while the TensorFlow backend isn't loaded.
 *
 * A tensor made from JavaScript values reaches TensorFlow only when an op first reads it.
 * @example
 * const before = nativeTensorCount();
 * await trainer.fit({ stage: 'leaks', train, epochs: 1, lr: 1e-3 });
 * console.log(nativeTensorCount() === before);
 */
export function nativeTensorCount(): number | undefined {
  const backend: unknown = findBackend('tensorflow');
  return isTensorFlowBackend(backend) ? backend.binding.getNumOfTensors() : undefined;
}
