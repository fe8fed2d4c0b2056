import { dispose } from '@tensorflow/tfjs-core';
import { bundleFromBytes } from '@ulmfit/checkpoint';
import { generateText, type GenerateOptions } from './generate-text.js';
import type { ReadingLanguageModel } from './decided-classifier.js';
import type { LoadClassifierOptions } from './load-classifier.js';
import { readSource, type ModelSource } from './model-source.js';
import { languageModelFromBundle } from './models-from-bundle.js';

/** A language model ready to use. */
export interface LoadedLanguageModel {
  /**
   * Goes on with a text, piece by piece as it is drawn.
   * @example
   * for await (const piece of model.generate('The film was', { tokens: 50 })) document.body.append(piece);
   */
  generate(prompt: string, options?: GenerateOptions): AsyncIterable<string>;
  /** Frees the weights. */
  dispose(): void;
}

/** A language model to use, of its parts. */
export const loadedLanguageModel = (parts: ReadingLanguageModel): LoadedLanguageModel => ({
  generate: (prompt, options) => generateText(parts, prompt, options),
  dispose: () => parts.model.dispose(),
});

/**
 * Loads a language model, in a browser as in Node. Import a backend first.
 * @throws UlmfitError as {@link loadClassifier} does
 * @example
 * const model = await loadLanguageModel('/models/reviews.ulmfit');
 */
export async function loadLanguageModel(
  source: ModelSource,
  {
    signal,
    onProgress,
    onWarning = (message) => console.warn(message),
    ...options
  }: LoadClassifierOptions = {},
): Promise<LoadedLanguageModel> {
  const { parts, label } = await readSource(source, { signal, onProgress });
  const bundle = await bundleFromBytes(parts, label);
  try {
    return loadedLanguageModel(languageModelFromBundle(bundle, label, { ...options, onWarning }));
  } finally {
    dispose(Object.values(bundle.weights));
  }
}
