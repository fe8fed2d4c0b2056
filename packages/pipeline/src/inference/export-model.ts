import { dispose } from '@tensorflow/tfjs-core';
import { writeBundleFile, type WeightFormat } from '@ulmfit/checkpoint';
import { readModelBundle } from './read-model-bundle.js';

export interface ExportModelOptions {
  /** How the weights are stored. Default `float32`, which changes nothing. */
  readonly weightFormat?: WeightFormat | undefined;
}

/** A model that was exported. */
export interface ExportedModel {
  /** The size of the file. */
  readonly bytes: number;
  /** The numbers in the weights and statistics. */
  readonly weights: number;
}

/**
 * Writes a model as one file, for `loadClassifier` here and in browsers: that of a run, or of a bundle's folder or file. In
 * float16 it has half the size and in int8 about a quarter; predictions change little; `evaluateModels` measures it.
 * @param path a run, whose classifier it is, or a bundle
 * @throws UlmfitError `NO_MODEL`, `VALUE_OUT_OF_RANGE`, `FILE_ERROR`, or what is wrong with the model
 * @example
 * const { bytes } = exportModel('runs/mine', 'tickets.ulmfit', { weightFormat: 'int8' });
 */
export function exportModel(
  path: string,
  file: string,
  { weightFormat }: ExportModelOptions = {},
): ExportedModel {
  const { bundle } = readModelBundle(path, 'model', 'classifier');
  try {
    const weights = Object.values(bundle.weights).reduce((sum, { size }) => sum + size, 0);
    return { bytes: writeBundleFile(file, bundle, { weightFormat }), weights };
  } finally {
    dispose(Object.values(bundle.weights));
  }
}
