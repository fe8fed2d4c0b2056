import { dispose } from '@tensorflow/tfjs-core';
import { bundleFromBytes, type Bundle } from '@ulmfit/checkpoint';
import type { LoadBundleOptions } from './bundle-tokenizer.js';
import { readSource, type ModelSource, type ReadSourceOptions } from './model-source.js';

export interface LoadModelOptions extends LoadBundleOptions, ReadSourceOptions {}

/** Reads a bundle and lets `make` make a model of it; its tensors are gone after. */
export async function loadBundle<R>(
  source: ModelSource,
  { signal, onProgress, onWarning = (message) => console.warn(message), ...options }: LoadModelOptions,
  make: (bundle: Bundle, label: string, options: LoadBundleOptions) => R,
): Promise<R> {
  const { parts, label } = await readSource(source, { signal, onProgress });
  const bundle = await bundleFromBytes(parts, label);
  try {
    return make(bundle, label, { ...options, onWarning });
  } finally {
    dispose(Object.values(bundle.weights));
  }
}
