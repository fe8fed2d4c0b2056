import { loadBundle, type LoadModelOptions } from './load-bundle.js';
import { loadedClassifier, type LoadedClassifier } from './loaded-classifier.js';
import type { ModelSource } from './model-source.js';
import { classifierFromBundle } from './models-from-bundle.js';

/**
 * Loads a classifier, in a browser as in Node. Import a backend first, such as `@tensorflow/tfjs-backend-wasm`.
 * @throws UlmfitError `BAD_OPTION`, `NO_MODEL`, `DOWNLOAD_FAILED`, `BAD_BUNDLE`, `BAD_ZIP`, `BAD_SAFETENSORS`, `BAD_WEIGHTS`,
 *   `OTHER_TOKENIZER`, `OTHER_ARCHITECTURE`, `NO_BACKEND`; the signal's reason
 * @example
 * const classifier = await loadClassifier('/models/tickets/', { onProgress: ({ loaded, total }) => draw(loaded / total) });
 * const [prediction] = await classifier.predict(['My card was charged twice.']);
 * console.log(prediction?.label, prediction?.probability);
 */
export const loadClassifier = (
  source: ModelSource,
  options: LoadModelOptions = {},
): Promise<LoadedClassifier> =>
  loadBundle(source, options, (...read) => loadedClassifier(classifierFromBundle(...read)));
