import type { Bundle } from '@ulmfit/checkpoint';
import type { LoadBundleOptions } from './bundle-tokenizer.js';
import { loadBundle, type LoadModelOptions } from './load-bundle.js';
import { loadedClassifier, type LoadedClassifier } from './loaded-classifier.js';
import { loadedLanguageModel, type LoadedLanguageModel } from './loaded-language-model.js';
import type { ModelSource } from './model-source.js';
import { classifierFromBundle, languageModelFromBundle } from './models-from-bundle.js';

/** A model ready to use: `kind` tells which. */
export type LoadedModel = LoadedClassifier | LoadedLanguageModel;

/** The classifier of a bundle, ready to use. The bundle's tensors stay the caller's. */
export const classifierOf = (bundle: Bundle, label: string, options: LoadBundleOptions): LoadedClassifier =>
  loadedClassifier(classifierFromBundle(bundle, label, options));

/** The language model of a bundle, ready to use. The bundle's tensors stay the caller's. */
export const languageModelOf = (
  bundle: Bundle,
  label: string,
  options: LoadBundleOptions,
): LoadedLanguageModel => loadedLanguageModel(languageModelFromBundle(bundle, label, options));

/** Whichever a bundle holds. */
export const modelOf = (bundle: Bundle, label: string, options: LoadBundleOptions): LoadedModel =>
  bundle.kind === 'classifier'
    ? classifierOf(bundle, label, options)
    : languageModelOf(bundle, label, options);

/**
 * Loads a classifier or a language model, in a browser or Node. Import a backend first, such as `@tensorflow/tfjs-backend-wasm`. For
 * paths and packages in Node use the same function of `@ulmfit/inference/node`.
 * @throws UlmfitError `BAD_OPTION`, `NO_MODEL`, `DOWNLOAD_FAILED`, `BAD_BUNDLE`, `BAD_ZIP`, `BAD_SAFETENSORS`, `BAD_WEIGHTS`,
 *   `OTHER_TOKENIZER`, `OTHER_ARCHITECTURE`, `NO_BACKEND`; the signal's reason
 * @example
 * const model = await loadModel('/models/tickets.ulmfit', { onProgress: ({ loaded, total }) => draw(loaded / total) });
 * if (model.kind === 'classifier') console.log(await model.predict(['My card was charged twice.']));
 * else for await (const piece of model.generate('My card')) console.log(piece);
 */
export const loadModel = (source: ModelSource, options: LoadModelOptions = {}): Promise<LoadedModel> =>
  loadBundle(source, options, modelOf);

/**
 * Loads a classifier, as {@link loadModel} does.
 * @throws UlmfitError as {@link loadModel} does, and `NO_MODEL` for a language model
 * @example
 * const classifier = await loadClassifier('/models/tickets/');
 * const [prediction] = await classifier.predict(['My card was charged twice.']);
 * console.log(prediction?.label, prediction?.probability);
 */
export const loadClassifier = (
  source: ModelSource,
  options: LoadModelOptions = {},
): Promise<LoadedClassifier> => loadBundle(source, options, classifierOf);

/**
 * Loads a language model, as {@link loadModel} does.
 * @throws UlmfitError as {@link loadModel} does, and `NO_MODEL` for a classifier
 * @example
 * const model = await loadLanguageModel('/models/reviews.ulmfit');
 */
export const loadLanguageModel = (
  source: ModelSource,
  options: LoadModelOptions = {},
): Promise<LoadedLanguageModel> => loadBundle(source, options, languageModelOf);
