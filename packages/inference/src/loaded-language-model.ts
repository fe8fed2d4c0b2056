import { generateText, type GenerateOptions } from './generate-text.js';
import type { ReadingLanguageModel } from './decided-classifier.js';

/** A language model ready to use. */
export interface LoadedLanguageModel {
  readonly kind: 'language-model';
  /**
   * Goes on with a text, piece by piece as it is drawn.
   * @example
   * for await (const piece of model.generate('The film was', { tokens: 50 })) document.body.append(piece);
   */
  generate(prompt: string, options?: GenerateOptions): AsyncIterable<string>;
  /** Frees the weights. */
  dispose(): void;
}

/**
 * A language model to use, of its parts.
 * @example
 * const model = loadedLanguageModel(languageModelFromBundle(readBundle('runs/mine/finetune'), 'my model'));
 */
export const loadedLanguageModel = (parts: ReadingLanguageModel): LoadedLanguageModel => ({
  kind: 'language-model',
  generate: (prompt, options) => generateText(parts, prompt, options),
  dispose: () => parts.model.dispose(),
});
