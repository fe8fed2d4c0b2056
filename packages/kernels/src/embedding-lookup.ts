import {
  cast,
  gather,
  getBackend,
  getKernel,
  mul,
  notEqual,
  reshape,
  scatterND,
  unsortedSegmentSum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { customGradient } from './custom-gradient.js';
import { runFast } from './run-fast.js';

/**
 * Rows of a table: `[vocabulary, features]` and ids of any shape give `[...ids.shape, features]`. The row `padIndex`
 * gets no gradient. The gradient is dense, as the tied decoder's is.
 *
 * Fast kernel ({@link FastKernels}): `UlmfitEmbeddingGrad`.
 * @example
 * const table = tensor2d([[0, 0], [0, 0], [5, 6]]);
 * embeddingLookup(table, tensor1d([2], 'int32')).arraySync(); // [[5, 6]]
 */
export function embeddingLookup(table: Tensor2D, ids: Tensor, padIndex?: number): Tensor {
  const [vocabulary, features] = table.shape;
  const flat = reshape(ids, [-1]) as Tensor1D;
  return customGradient<Tensor>([table], () => ({
    value: reshape(gather(table, flat), [...ids.shape, features]),
    save: [flat],
    gradient: (dy, saved) => {
      const rows = saved[0] as Tensor1D;
      let values = reshape(dy, [-1, features]) as Tensor2D;
      const fast = runFast('UlmfitEmbeddingGrad', { dy: values, ids: rows }, { vocabulary, padIndex });
      if (fast) return fast;
      if (padIndex !== undefined)
        values = mul(values, reshape(cast(notEqual(rows, padIndex), 'float32'), [-1, 1]));
      return [sumByRow(values, rows, vocabulary)];
    },
  }));
}

/** Adds up the rows of equal id. The WASM backend has only the scattering one of the two kernels. */
function sumByRow(values: Tensor2D, ids: Tensor1D, rows: number): Tensor {
  if (getKernel('UnsortedSegmentSum', getBackend())) return unsortedSegmentSum(values, ids, rows);
  return scatterND(reshape(ids, [-1, 1]), values, [rows, values.shape[1]]);
}
