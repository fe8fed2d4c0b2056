import { dispose } from '@tensorflow/tfjs-core';
import { bundleFromBytes, type Bundle } from '@ulmfit/checkpoint';
import type { LoadBundleOptions } from './bundle-tokenizer.js';
import { readSource, type ModelFiles, type ModelSource, type ReadSourceOptions } from './model-source.js';

export interface LoadModelOptions extends LoadBundleOptions, ReadSourceOptions {}

/** Reads a bundle and lets `make` make a model of it; its tensors are gone after. */
export async function loadBundle<R>(
  source: ModelSource | ModelFiles,
  { signal, onProgress, onWarning = (message) => console.warn(message), ...options }: LoadModelOptions,
  make: (bundle: Bundle, label: string, options: LoadBundleOptions) => R,
): Promise<R> {
  const { parts, label } = isRead(source) ? source : await readSource(source, { signal, onProgress });
  signal?.throwIfAborted();
  const bundle = await bundleFromBytes(parts, label);
  try {
    return make(bundle, label, { ...options, onWarning });
  } finally {
    dispose(Object.values(bundle.weights));
  }
}

const isRead = (source: ModelSource | ModelFiles): source is ModelFiles =>
  typeof source === 'object' && source !== null && 'parts' in source && 'label' in source;
