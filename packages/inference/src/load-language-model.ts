import { generateText, type GenerateOptions } from './generate-text.js';
import type { ReadingLanguageModel } from './decided-classifier.js';
import { loadBundle, type LoadModelOptions } from './load-bundle.js';
import type { ModelSource } from './model-source.js';
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
export const loadLanguageModel = (
  source: ModelSource,
  options: LoadModelOptions = {},
): Promise<LoadedLanguageModel> =>
  loadBundle(source, options, (...read) => loadedLanguageModel(languageModelFromBundle(...read)));
