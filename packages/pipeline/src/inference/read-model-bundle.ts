import { readBundle, readBundleFile, type Bundle } from '@ulmfit/checkpoint';
import { findModel } from '@ulmfit/inference/node';

/** A bundle, and what messages call it. */
export interface ModelBundle {
  readonly bundle: Bundle;
  readonly label: string;
}

/**
 * Reads a model from its one file, its folder, the part of a run that is one, or a package. The caller owns the tensors.
 * @param part the folder of a run's model
 * @param what it is, for messages
 * @throws UlmfitError `NO_MODEL`, `BAD_BUNDLE`, `BAD_ZIP`, `BAD_SAFETENSORS`, `FILE_ERROR`
 * @example
 * const { bundle } = readModelBundle('runs/mine', 'model', 'a classifier');
 * console.log(bundle.kind, bundle.vocabulary.length);
 */
export function readModelBundle(path: string, part: string, what: string): ModelBundle {
  const found = findModel(path, { parts: [part], what });
  const bundle = found.kind === 'file' ? readBundleFile(found.path) : readBundle(found.path);
  return { bundle, label: found.path };
}
