import { existsSync } from 'node:fs';
import { dispose } from '@tensorflow/tfjs-core';
import type { AnyEncoder } from '@ulmfit/awd-lstm';
import type { Bundle } from '@ulmfit/checkpoint';
import { UlmfitError } from '@ulmfit/errors';
import {
  classifierFromBundle,
  languageModelFromBundle,
  type DecidedClassifier,
  type LoadBundleOptions,
} from '@ulmfit/inference';
import { packageOfModel } from '@ulmfit/inference/node';
import type { Tokenizer } from '@ulmfit/text';
import type { TrainedLanguageModel } from '../stages/language-model-stage.js';
import { loadFastai } from './load-fastai.js';
import { readModelBundle } from './read-model-bundle.js';

/**
 * Loads a language model from a bundle's folder or file, a run's folder, or a fastai checkpoint (`.pth` with the `.pkl` of its
 * words beside it, which does not tell its direction). The model is the caller's to dispose.
 * @param stage which of a run's language models
 * @throws UlmfitError `NO_MODEL`, `OTHER_TOKENIZER`, `OTHER_ARCHITECTURE`, `BAD_WEIGHTS`, or what is wrong with the file
 * @example
 * const tuned = loadLanguageModel('runs/mine', 'finetune', fastaiTokenizer());
 * console.log(tuned.vocabulary.size);
 */
export function loadLanguageModel(
  path: string,
  stage: 'pretrain' | 'finetune',
  tokenizer: Tokenizer,
  options?: Pick<LoadBundleOptions, 'onWarning'>,
): TrainedLanguageModel & { readonly backwards?: boolean };
export function loadLanguageModel(
  path: string,
  stage: 'pretrain' | 'finetune',
  tokenizer: Tokenizer,
  options: Omit<LoadBundleOptions, 'tokenizer'>,
): TrainedLanguageModel<AnyEncoder> & { readonly backwards?: boolean };
export function loadLanguageModel(
  path: string,
  stage: 'pretrain' | 'finetune',
  tokenizer: Tokenizer,
  options: Omit<LoadBundleOptions, 'tokenizer'> = {},
): TrainedLanguageModel<AnyEncoder> & { readonly backwards?: boolean } {
  if (path.endsWith('.pth')) return loadFastai(path);
  return readModel(path, stage, 'language model', (bundle, label) =>
    languageModelFromBundle(bundle, label, { ...options, tokenizer }),
  );
}

/**
 * Loads a language model that reads in the direction asked for, as `loadLanguageModel` does.
 * @throws UlmfitError `OTHER_DIRECTION`
 */
export function loadReading(
  path: string,
  stage: 'pretrain' | 'finetune',
  tokenizer: Tokenizer,
  { backwards, ...options }: Omit<LoadBundleOptions, 'tokenizer'> & { readonly backwards: boolean },
): TrainedLanguageModel<AnyEncoder> {
  // A short name stands for the model of either direction.
  const other = `${path}-backwards`;
  const own = backwards && packageOfModel(other) !== undefined && !existsSync(path) ? other : path;
  const loaded = loadLanguageModel(own, stage, tokenizer, options);
  // A fastai checkpoint does not tell its direction.
  if (loaded.backwards === undefined || loaded.backwards === backwards) return loaded;
  loaded.model.dispose();
  const reads = loaded.backwards ? 'backwards' : 'forwards';
  throw new UlmfitError(
    'OTHER_DIRECTION',
    `${path}: reads ${reads}, unlike this run; ${loaded.backwards ? 'add' : 'leave out'} --backwards`,
  );
}

/**
 * Loads a classifier from a bundle's folder or file, or a run's folder, with its tokenizer. The model is the caller's to dispose.
 * @throws UlmfitError `NO_MODEL`, `OTHER_TOKENIZER`, `OTHER_ARCHITECTURE`, `BAD_WEIGHTS`, or what is wrong with the file
 * @example
 * const decided = loadDecidedClassifier('runs/mine');
 * const [prediction] = await predictTexts(decided, ['My card was charged twice.']);
 */
export function loadDecidedClassifier(path: string, options: LoadBundleOptions = {}): DecidedClassifier {
  return readModel(path, 'model', 'classifier', (bundle, label) =>
    classifierFromBundle(bundle, label, options),
  );
}

/** Reads a bundle and makes its model. */
function readModel<R>(
  path: string,
  part: string,
  what: string,
  make: (bundle: Bundle, label: string) => R,
): R {
  const { bundle, label } = readModelBundle(path, part, what);
  try {
    return make(bundle, label);
  } finally {
    dispose(Object.values(bundle.weights));
  }
}
