import type { EncoderMemory } from './architecture.js';

/** What the size of an AWD-LSTM's layers depends on. */
export interface LayerSizes {
  /** Features of the embedding, and units of the last layer. */
  readonly embedding: number;
  /** Units of every layer but the last. */
  readonly hidden: number;
  readonly layers: number;
}

/**
 * The numbers in the weight matrices of an encoder's LSTM layers, which is also how many multiplications they make for a token.
 * By arithmetic alone: the sizes may be a stranger's.
 * @example
 * layerWeights({ embedding: 400, hidden: 1152, layers: 3 }); // 20252672
 */
export function layerWeights({ embedding, hidden, layers }: LayerSizes): number {
  const layer = (input: number, units: number) => 4 * units * (input + units);
  if (layers === 1) return layer(embedding, embedding);
  return layer(embedding, hidden) + (layers - 2) * layer(hidden, hidden) + layer(hidden, embedding);
}

/**
 * The units of all layers together. The last has the embedding's size.
 * @example
 * layerUnits({ embedding: 400, hidden: 1152, layers: 3 }); // 2704
 */
export const layerUnits = ({ embedding, hidden, layers }: LayerSizes): number =>
  (layers - 1) * hidden + embedding;

/**
 * What training an AWD-LSTM keeps at least, by arithmetic alone.
 * @example
 * awdLstmMemory({ vocabulary: 10_000, embedding: 400, hidden: 1152, layers: 3 }).perToken; // 16624
 */
export const awdLstmMemory = (sizes: LayerSizes & { readonly vocabulary: number }): EncoderMemory => {
  const units = layerUnits(sizes);
  return {
    // Each unit has eight biases.
    parameters: sizes.vocabulary * sizes.embedding + layerWeights(sizes) + 8 * units,
    // Four gates, the cell and the output.
    perToken: sizes.embedding + 6 * units,
  };
};
