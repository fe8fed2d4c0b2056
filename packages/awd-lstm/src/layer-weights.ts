import type { AwdLstmConfig } from './awd-lstm.js';

/** What the size of an AWD-LSTM's layers depends on. */
export type LayerSizes = Required<Pick<AwdLstmConfig, 'embedding' | 'hidden' | 'layers'>>;

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
