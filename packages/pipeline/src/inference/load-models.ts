import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dispose } from '@tensorflow/tfjs-core';
import type { AnyEncoder } from '@ulmfit/awd-lstm';
import { readBundle, type Bundle } from '@ulmfit/checkpoint';
import { UlmfitError } from '@ulmfit/errors';
import {
  classifierFromBundle,
  languageModelFromBundle,
  type DecidedClassifier,
  type LoadBundleOptions,
} from '@ulmfit/inference';
import type { Tokenizer } from '@ulmfit/text';
import type { TrainedLanguageModel } from '../stages/language-model-stage.js';
import { loadFastai } from './load-fastai.js';

/**
 * Loads a language model from a bundle's folder, a run's folder, or a fastai checkpoint (`.pth` with the `.pkl` of its
 * words beside it, which does not tell its direction). The model is the caller's to dispose.
 * @param stage which of a run's language models
 * @throws UlmfitError `NO_MODEL`, `OTHER_TOKENIZER`, `OTHER_ARCHITECTURE`, `BAD_WEIGHTS`, or what is wrong with the file
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
  return readModel(path, stage, 'language model', (bundle, folder) =>
    languageModelFromBundle(bundle, folder, { ...options, tokenizer }),
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
  const loaded = loadLanguageModel(path, stage, tokenizer, options);
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
 * Loads a classifier from a bundle's folder or a run's folder, with its tokenizer. The model is the caller's to dispose.
 * @throws UlmfitError `NO_MODEL`, `OTHER_TOKENIZER`, `OTHER_ARCHITECTURE`, `BAD_WEIGHTS`, or what is wrong with the file
 */
export function loadDecidedClassifier(path: string, options: LoadBundleOptions = {}): DecidedClassifier {
  return readModel(path, 'model', 'classifier', (bundle, folder) =>
    classifierFromBundle(bundle, folder, options),
  );
}

/** Reads a bundle and makes its model. */
function readModel<R>(
  path: string,
  part: string,
  what: string,
  make: (bundle: Bundle, folder: string) => R,
): R {
  const folder = bundleFolder(path, part, what);
  const bundle = readBundle(folder);
  try {
    return make(bundle, folder);
  } finally {
    dispose(Object.values(bundle.weights));
  }
}

/** The folder itself where it is a bundle, or the part of a run that is one. */
function bundleFolder(path: string, part: string, what: string): string {
  const folder = [path, join(path, part)].find((candidate) => existsSync(join(candidate, 'bundle.json')));
  if (folder !== undefined) return folder;
  throw new UlmfitError(
    'NO_MODEL',
    `${path}: holds no ${what}; give the folder of a run that has trained one, or of its ${part}/`,
  );
}
