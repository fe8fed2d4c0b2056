import { dispose } from '@tensorflow/tfjs-core';
import { bundleFromBytes } from '@ulmfit/checkpoint';
import type { LoadBundleOptions } from './bundle-tokenizer.js';
import { loadedClassifier, type LoadedClassifier } from './loaded-classifier.js';
import { readSource, type ModelSource, type ReadSourceOptions } from './model-source.js';
import { classifierFromBundle } from './models-from-bundle.js';

export interface LoadClassifierOptions extends LoadBundleOptions, ReadSourceOptions {}

/**
 * Loads a classifier, in a browser as in Node. Import a backend first, such as `@tensorflow/tfjs-backend-wasm`.
 * @throws UlmfitError `BAD_OPTION`, `NO_MODEL`, `DOWNLOAD_FAILED`, `BAD_BUNDLE`, `BAD_ZIP`, `BAD_SAFETENSORS`, `BAD_WEIGHTS`,
 *   `OTHER_TOKENIZER`, `OTHER_ARCHITECTURE`, `NO_BACKEND`; the signal's reason
 * @example
 * const classifier = await loadClassifier('/models/tickets/', { onProgress: ({ loaded, total }) => draw(loaded / total) });
 * const [prediction] = await classifier.predict(['My card was charged twice.']);
 * console.log(prediction?.label, prediction?.probability);
 */
export async function loadClassifier(
  source: ModelSource,
  {
    signal,
    onProgress,
    onWarning = (message) => console.warn(message),
    ...options
  }: LoadClassifierOptions = {},
): Promise<LoadedClassifier> {
  const { parts, label } = await readSource(source, { signal, onProgress });
  const bundle = await bundleFromBytes(parts, label);
  try {
    return loadedClassifier(classifierFromBundle(bundle, label, { ...options, onWarning }));
  } finally {
    dispose(Object.values(bundle.weights));
  }
}
