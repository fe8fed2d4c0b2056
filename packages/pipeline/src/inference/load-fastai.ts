import { existsSync } from 'node:fs';
import { dispose } from '@tensorflow/tfjs-core';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { fromFastai, readItos, readPytorch, tensorsFromRaw } from '@ulmfit/checkpoint';
import { UlmfitError } from '@ulmfit/errors';
import { assignWeights, naming } from '@ulmfit/inference';
import { Vocabulary } from '@ulmfit/text';
import type { TrainedLanguageModel } from '../stages/language-model-stage.js';

/**
 * Loads the language model of a fastai checkpoint, with the `.pkl` of its words beside it.
 * @throws UlmfitError `NO_SUCH_PATH`, `NO_VOCABULARY`, `NO_MODEL`, `BAD_BUNDLE`, `BAD_WEIGHTS`, or what is wrong with the file
 */
export function loadFastai(path: string): TrainedLanguageModel {
  if (!existsSync(path)) throw new UlmfitError('NO_SUCH_PATH', `${path}: no such file; give a fastai .pth`);
  const wordsPath = [
    path.replace(/\.pth$/, '.pkl'),
    path.replace(/\.pth$/, '_itos.pkl'),
    path.replace(/[^/\\]*\.pth$/, 'itos.pkl'),
  ].find((candidate) => existsSync(candidate));
  if (wordsPath === undefined) {
    throw new UlmfitError(
      'NO_VOCABULARY',
      `${path}: its words are not beside it; put the .pkl of its vocabulary there, under the same name or as itos.pkl`,
    );
  }
  const vocabulary = naming(wordsPath, () => Vocabulary.fromJSON(readItos(wordsPath)));
  const { kind, shape, tensors: raw } = naming(path, () => fromFastai(readPytorch(path)));
  if (kind !== 'language-model')
    throw new UlmfitError('NO_MODEL', `${path}: holds a fastai ${kind}; give a language model`);
  if (vocabulary.size !== shape.vocabulary) {
    throw new UlmfitError(
      'BAD_BUNDLE',
      `${wordsPath}: has ${vocabulary.size} words but ${path} ${shape.vocabulary} rows; use two files of one model`,
    );
  }
  const tensors = naming(path, () => tensorsFromRaw(raw));
  try {
    const { embedding, hidden, layers } = shape;
    const model = createLanguageModel({
      vocabulary: vocabulary.size,
      embedding,
      hidden,
      layers,
      padIndex: vocabulary.padIndex,
    });
    assignWeights(model, tensors, path);
    return { model, vocabulary };
  } finally {
    dispose(Object.values(tensors));
  }
}
