import { tensor1d, tensor2d, tidy, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import type { Parameter } from '@ulmfit/trainer';
import { layerParameters, type Encoder, type LayerParameters } from './encoder.js';
import type { LanguageModel } from './language-model.js';

/**
 * Moves a pretrained language model to another vocabulary (ULMFiT section 3.2): words that both know keep their row and
 * their bias, new ones get the mean row and the mean bias; the layers are copied. The target gets the weights, the
 * source stays as it is. Nothing is written when anything does not fit.
 * @param from the source and its words, by row
 * @param to the target and its words, by row
 * @returns how many words kept their row
 * @throws UlmfitError `BAD_CONFIG` when the models' sizes differ or a vocabulary is not as long as its embedding
 */
export function transferLanguageModel(
  from: { model: LanguageModel; words: readonly string[] },
  to: { model: LanguageModel; words: readonly string[] },
): number {
  for (const { model, words } of [from, to]) {
    if (words.length !== model.encoder.config.vocabulary) {
      throw new UlmfitError(
        'BAD_CONFIG',
        `the vocabulary has ${words.length} words and the embedding ${model.encoder.config.vocabulary} rows`,
      );
    }
  }
  const features = from.model.encoder.config.embedding;
  if (features !== to.model.encoder.config.embedding) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `the embeddings have ${features} and ${to.model.encoder.config.embedding} features`,
    );
  }
  copyEncoderLayers(from.model.encoder.layers, to.model.encoder.layers);
  const rowOf = new Map(from.words.map((word, row) => [word, row]));
  const places = to.words.map((word) => rowOf.get(word));
  const rows = from.model.encoder.embedding.variable.dataSync() as Float32Array;
  const biases = from.model.decoderBias.variable.dataSync() as Float32Array;
  const newRows = transferRows(rows, features, places);
  const newBiases = transferRows(biases, 1, places);
  write(to.model.encoder.embedding.variable, () => tensor2d(newRows, [places.length, features]));
  write(to.model.decoderBias.variable, () => tensor1d(newBiases));
  return places.filter((place) => place !== undefined).length;
}

/** The rows at `places`, and the mean of all rows where there is none. */
function transferRows(
  rows: Float32Array,
  features: number,
  places: readonly (number | undefined)[],
): Float32Array {
  const count = rows.length / features;
  const mean = new Float64Array(features);
  for (let i = 0; i < rows.length; i++)
    mean[i % features] = (mean[i % features] as number) + (rows[i] as number) / count;
  const moved = new Float32Array(places.length * features);
  places.forEach((place, i) => {
    moved.set(
      place === undefined ? mean : rows.subarray(place * features, (place + 1) * features),
      i * features,
    );
  });
  return moved;
}

/** `assign` shares its tensor's data but does not take the tensor over: the tidy frees it. */
function write(variable: Variable, make: () => Tensor): void {
  tidy(() => variable.assign(make()));
}

/** Checks all before it writes any. */
function copyEncoderLayers(from: readonly LayerParameters[], to: readonly LayerParameters[]): void {
  if (from.length !== to.length) {
    throw new UlmfitError('BAD_CONFIG', `the encoders have ${from.length} and ${to.length} layers`);
  }
  const targets = to.flatMap(layerParameters);
  const sources = from.flatMap(layerParameters);
  sources.forEach((source, i) => {
    const target = targets[i] as Parameter;
    if (target.variable.shape.join() !== source.variable.shape.join()) {
      throw new UlmfitError(
        'BAD_CONFIG',
        `${source.name} is [${source.variable.shape.join(', ')}] in one encoder and ` +
          `[${target.variable.shape.join(', ')}] in the other`,
      );
    }
  });
  sources.forEach((source, i) => write((targets[i] as Parameter).variable, () => source.variable.clone()));
}

/**
 * Gives an encoder the weights of another of the same sizes and vocabulary: from a fine-tuned language model to the
 * classifier (ULMFiT section 3.3). The source stays as it is.
 * @throws UlmfitError `BAD_CONFIG` when the sizes differ
 */
export function copyEncoder(from: Encoder, to: Encoder): void {
  const [source, target] = [from.embedding.variable, to.embedding.variable];
  if (source.shape.join() !== target.shape.join()) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `the embedding is [${source.shape.join(', ')}] in one encoder and [${target.shape.join(', ')}] in the other`,
    );
  }
  copyEncoderLayers(from.layers, to.layers);
  write(target, () => source.clone());
}
