/**
 * @typedef {object} Size
 * @property {{ embedding: number, hidden: number, layers: number, vocabulary: number }} encoder
 * @property {number} batch Streams, or documents of a batch.
 * @property {number} window Tokens of a training window of the language model.
 * @property {number} length Tokens of a review that the classifier trains on.
 * @property {readonly number[]} predicted Tokens of the texts that single predictions are timed on.
 * @property {readonly (readonly [number, number, number])[]} products The products whose best rate is the reference.
 */

/** Big and square-ish, `[m, k] x [k, n]`: what a matrix product can reach at best. */
const bigProducts = /** @type {const} */ ([
  [2048, 2048, 2048],
  [4480, 1152, 4608],
  [4096, 4096, 1024],
  [1152, 4480, 4608],
]);

const common = { batch: 64, window: 70, length: 288, predicted: [288, 1152, 4608] };

/** @typedef {keyof typeof sizes} SizeName */

/** `tiny` measures nothing: it is there to try the benchmark itself. */
export const sizes = /** @satisfies {Record<string, Size>} */ ({
  tiny: {
    encoder: { embedding: 8, hidden: 12, layers: 2, vocabulary: 120 },
    batch: 4,
    window: 6,
    length: 80,
    predicted: [20, 80],
    products: [[64, 64, 64]],
  },
  small: {
    ...common,
    encoder: { embedding: 200, hidden: 400, layers: 3, vocabulary: 10_000 },
    products: bigProducts,
  },
  paper: {
    ...common,
    encoder: { embedding: 400, hidden: 1152, layers: 3, vocabulary: 30_000 },
    products: bigProducts,
  },
});

/**
 * Multiplications with their additions that the matrix products of a forward pass make for a token: each layer's input and
 * recurrent weights, and the decoder of a language model. Dropouts, gates, losses, the optimizer and the head don't count.
 * @param {Size} size
 * @param {{ decoder: boolean }} part
 */
export function multiplicationsPerToken({ encoder: { embedding, hidden, layers, vocabulary } }, { decoder }) {
  const widths = [embedding, ...Array.from({ length: layers - 1 }, () => hidden), embedding];
  const recurrent = widths.slice(1).reduce((sum, out, i) => sum + 4 * out * (widths[i] + out), 0);
  return recurrent + (decoder ? embedding * vocabulary : 0);
}
