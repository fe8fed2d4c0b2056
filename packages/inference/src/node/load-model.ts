import { fileURLToPath } from 'node:url';
import type { Bundle } from '@ulmfit/checkpoint';
import type { LoadBundleOptions } from '../bundle-tokenizer.js';
import { loadBundle, type LoadModelOptions } from '../load-bundle.js';
import { classifierOf, languageModelOf, modelOf, type LoadedModel } from '../load-model.js';
import type { LoadedClassifier } from '../loaded-classifier.js';
import type { LoadedLanguageModel } from '../loaded-language-model.js';
import type { ModelSource } from '../model-source.js';
import { findModel, type FindModelOptions } from './find-model.js';
import { readModelFiles } from './read-model-files.js';

export interface LoadLocalModelOptions extends LoadModelOptions {
  /** The folder from which packages are found: `import.meta.dirname`. Default: that of the process. */
  readonly from?: string | undefined;
}

/**
 * Loads a model of either kind: from the path of its one file (`.ulmfit`), of its folder or of a run's; from the name of an npm
 * package that holds one; or from what `loadModel` of `@ulmfit/inference` reads. Choose the backend first (`useBackend()` of
 * `@ulmfit/backend-node`).
 *
 * A package says in its `package.json` where its model is (`"ulmfit": "model.ulmfit"`), or has it in its folder. None of its code runs.
 * @throws UlmfitError as `loadModel` of `@ulmfit/inference`, and `FILE_ERROR`, `NOT_A_FILE`
 * @example
 * const model = await loadModel('runs/mine');
 * if (model.kind === 'classifier') console.log(await model.predict(['My card was charged twice.']));
 */
export const loadModel = (source: ModelSource, options: LoadLocalModelOptions = {}): Promise<LoadedModel> =>
  load(source, options, {}, modelOf);

/**
 * Loads a classifier, as {@link loadModel} does.
 * @throws UlmfitError as {@link loadModel} does, and `NO_MODEL` for a language model
 * @example
 * const classifier = await loadClassifier('runs/mine');
 * const [prediction] = await classifier.predict(['A gem: warm and funny.']);
 */
export const loadClassifier = (
  source: ModelSource,
  options: LoadLocalModelOptions = {},
): Promise<LoadedClassifier> => load(source, options, { parts: ['model'], what: 'classifier' }, classifierOf);

/**
 * Loads a language model, as {@link loadModel} does: of a run the fine-tuned one, else the pretrained one.
 * @throws UlmfitError as {@link loadModel} does, and `NO_MODEL` for a classifier
 * @example
 * const model = await loadLanguageModel('runs/imdb');
 * for await (const piece of model.generate('The film was')) process.stdout.write(piece);
 */
export const loadLanguageModel = (
  source: ModelSource,
  options: LoadLocalModelOptions = {},
): Promise<LoadedLanguageModel> =>
  load(source, options, { parts: ['finetune', 'pretrain'], what: 'language model' }, languageModelOf);

async function load<R>(
  source: ModelSource,
  { from, onWarning = (message) => process.emitWarning(message), ...options }: LoadLocalModelOptions,
  looked: FindModelOptions,
  make: (bundle: Bundle, label: string, options: LoadBundleOptions) => R,
): Promise<R> {
  const path = pathOf(source);
  const files =
    path === undefined ? undefined : await readModelFiles(findModel(path, { ...looked, from }), options);
  return loadBundle(files ?? source, { ...options, onWarning }, make);
}

/** What is on this machine. A letter before a colon is a disk of Windows. */
function pathOf(source: ModelSource): string | undefined {
  if (source instanceof URL) return source.protocol === 'file:' ? fileURLToPath(source) : undefined;
  if (typeof source !== 'string') return undefined;
  if (source.startsWith('file:')) return fileURLToPath(source);
  return /^[a-z][a-z0-9+.-]+:/i.test(source) ? undefined : source;
}
