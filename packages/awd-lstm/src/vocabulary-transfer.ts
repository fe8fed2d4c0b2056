import { tensor1d, tensor2d, tidy, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { showName, UlmfitError } from '@ulmfit/errors';
import type { AnyEncoder } from './encoder.js';
import type { LanguageModel } from './language-model.js';

/**
 * Moves a pretrained language model to another vocabulary (ULMFiT section 3.2): words that both know keep their row and
 * their bias, new ones get the mean row and the mean bias; the layers are copied. The target gets the weights, the
 * source stays as it is. Nothing is written when anything does not fit.
 * @param from the source and its words, by row
 * @param to the target and its words, by row
 * @returns how many words kept their row
 * @throws UlmfitError `BAD_CONFIG` when the models' sizes differ or a vocabulary is not as long as its embedding
 * @example
 * const pretrained = createLanguageModel({ vocabulary: 3, embedding: 4, hidden: 6 });
 * const model = createLanguageModel({ vocabulary: 4, embedding: 4, hidden: 6 });
 * transferLanguageModel(
 *   { model: pretrained, words: ['xxunk', 'xxpad', 'film'] },
 *   { model, words: ['xxunk', 'xxpad', 'ticket', 'film'] },
 * ); // 3
 */
export function transferLanguageModel(
  from: { model: LanguageModel<AnyEncoder>; words: readonly string[] },
  to: { model: LanguageModel<AnyEncoder>; words: readonly string[] },
): number {
  for (const { model, words } of [from, to]) {
    if (words.length !== model.encoder.config.vocabulary) {
      throw new UlmfitError(
        'BAD_CONFIG',
        `the vocabulary has ${words.length} words but the embedding ${model.encoder.config.vocabulary} rows; give the model's own vocabulary`,
      );
    }
  }
  const { features } = from.model.encoder;
  if (features !== to.model.encoder.features) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `the embeddings have ${features} and ${to.model.encoder.features} features; use models of the same sizes`,
    );
  }
  copyLayers(from.model.encoder, to.model.encoder);
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

/** Copies all but the embedding, and checks all before it writes any. */
function copyLayers(from: AnyEncoder, to: AnyEncoder): void {
  if (from.architecture !== to.architecture) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `one encoder is ${showName(from.architecture)}, the other ${showName(to.architecture)}; use the same architecture`,
    );
  }
  if (from.groups.length !== to.groups.length) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `the encoders have ${from.groups.length} and ${to.groups.length} layers; use models of the same sizes`,
    );
  }
  const arrays = ({ groups, buffers = [] }: AnyEncoder) => [
    ...groups.flatMap((g) => g.parameters),
    ...buffers,
  ];
  const sources = new Map(arrays(from).map((source) => [source.name, source.variable]));
  const pairs = arrays(to).map(({ name, variable: target }) => {
    const source = sources.get(name);
    if (source?.shape.join() === target.shape.join()) return { source, target };
    throw new UlmfitError(
      'BAD_CONFIG',
      `${name} is ${source ? `[${source.shape.join(', ')}]` : 'missing'} in one encoder and [${target.shape.join(', ')}] in the other; use models of the same sizes`,
    );
  });
  if (pairs.length !== sources.size) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `the encoders have ${sources.size} and ${pairs.length} arrays; use the same architecture`,
    );
  }
  for (const { source, target } of pairs) write(target, () => source.clone());
}

/**
 * Gives an encoder the weights of another of the same sizes and vocabulary: from a fine-tuned language model to the
 * classifier (ULMFiT section 3.3). The source stays as it is.
 * @throws UlmfitError `BAD_CONFIG` when the architectures or the sizes differ
 * @example
 * const sizes = { vocabulary: 20, embedding: 8, hidden: 8 };
 * const languageModel = createLanguageModel(sizes); // trained here
 * const classifier = createClassifier({ ...sizes, classes: 2 });
 * copyEncoder(languageModel.encoder, classifier.encoder);
 */
export function copyEncoder(from: AnyEncoder, to: AnyEncoder): void {
  const [source, target] = [from.embedding.variable, to.embedding.variable];
  if (source.shape.join() !== target.shape.join()) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `the embedding is [${source.shape.join(', ')}] in one encoder and [${target.shape.join(', ')}] in the other; use models of the same sizes`,
    );
  }
  copyLayers(from, to);
  write(target, () => source.clone());
}
