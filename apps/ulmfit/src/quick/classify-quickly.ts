import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { setBackend } from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { Prediction } from '@ulmfit/inference';
import { findModel, loadClassifier } from '@ulmfit/inference/node';

/** What a classifier says of some texts. */
export interface QuickAnswer {
  readonly classes: readonly string[];
  readonly predictions: readonly Prediction[];
}

/**
 * Characters times bytes of the weights up to which WebAssembly answers before TensorFlow has been loaded: 2,000 characters at
 * the size of `small`.
 */
const MOST_WORK = 4e10;

/**
 * Classifies a few texts on WebAssembly, which is there in a hundredth of the time that TensorFlow takes to load. The build makes one
 * file of this module and all that it imports: finding and reading hundreds of them takes longer than the answer.
 * @returns undefined where this machine or the amount of work asks for TensorFlow
 * @throws UlmfitError as `loadClassifier` and its `predict` do
 */
export async function classifyQuickly(
  model: string,
  texts: readonly string[],
): Promise<QuickAnswer | undefined> {
  const characters = texts.reduce((sum, { length }) => sum + length, 0);
  if (characters * sizeOf(model) > MOST_WORK) return undefined;
  setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  if (!(await setBackend('wasm'))) return undefined;
  const classifier = await loadClassifier(model);
  try {
    return { classes: classifier.classes, predictions: await classifier.predict(texts) };
  } finally {
    classifier.dispose();
  }
}

/** Bytes of a classifier's weights, or of its one file. */
function sizeOf(model: string): number {
  const { kind, path } = findModel(model, { parts: ['model'], what: 'classifier' });
  const file = kind === 'file' ? path : join(path, 'weights.safetensors');
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
