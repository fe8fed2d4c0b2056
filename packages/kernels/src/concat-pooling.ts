import {
  add,
  cast,
  concat,
  div,
  equal,
  expandDims,
  max,
  mul,
  split,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { customGradient } from './custom-gradient.js';
import { runFast } from './run-fast.js';

/** Far below any activation of an LSTM, which is within (-1, 1). */
const HIDDEN = 1e4;

/**
 * Concat pooling (ULMFiT section 3.3, equation 4) over the steps that count: `[last, max, mean]`. With a gradient of its own, which
 * allocates nothing of the output's size besides its result. Where several steps have the largest number, each gets its gradient.
 *
 * Fast kernels (`FastKernels`): `UlmfitConcatPooling`, `UlmfitConcatPoolingGrad`.
 * @param output `[time, batch, features]`
 * @param counted `[time, batch]`, 1 where a step counts and 0 elsewhere; each row has at least one
 * @param last `[time, batch]`, 1 at each row's last step and 0 elsewhere
 * @returns `[batch, 3 * features]`
 * @example
 * const output = tensor3d([[[1]], [[3]], [[9]]]); // 3 steps of one document, of which the third is padding
 * const pooled = concatPooling(output, tensor2d([[1], [1], [0]]), tensor2d([[0], [1], [0]]));
 * pooled.arraySync(); // [[3, 3, 2]]
 */
export function concatPooling(output: Tensor3D, counted: Tensor2D, last: Tensor2D): Tensor2D {
  return customGradient<Tensor2D>([output], () => {
    const value =
      runFast('UlmfitConcatPooling', { output, counted, last })?.[0] ?? pool(output, counted, last);
    return {
      value,
      save: [output, counted, last, value],
      gradient: (dy, saved) => {
        const [output, counted, last, pooled] = saved as [Tensor3D, Tensor2D, Tensor2D, Tensor2D];
        const fast = runFast('UlmfitConcatPoolingGrad', { output, counted, last, pooled, dy });
        return [fast?.[0] ?? poolingGradient(output, counted, last, pooled, dy)];
      },
    };
  });
}

function pool(output: Tensor3D, counted: Tensor2D, last: Tensor2D): Tensor2D {
  const total = sum(mul(output, expandDims(counted, 2)), 0);
  const ofLast = sum(mul(output, expandDims(last, 2)), 0) as Tensor2D;
  return concat(
    [ofLast, max(visible(output, counted), 0) as Tensor2D, div(total, lengths(counted)) as Tensor2D],
    1,
  );
}

function poolingGradient(
  output: Tensor3D,
  counted: Tensor2D,
  last: Tensor2D,
  pooled: Tensor2D,
  dy: Tensor2D,
): Tensor {
  const [, most] = split(pooled, 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
  const [dLast, dMax, dMean] = split(dy, 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
  const ofMax = mul(cast(equal(visible(output, counted), most), 'float32'), dMax);
  const ofMean = mul(expandDims(counted, 2), div(dMean, lengths(counted)));
  return add(add(ofMax, mul(expandDims(last, 2), dLast)), ofMean);
}

/** The outputs, and far below them where a step doesn't count. */
function visible(output: Tensor3D, counted: Tensor2D): Tensor {
  const over = expandDims(counted, 2);
  return add(mul(output, over), mul(sub(over, 1), HIDDEN));
}

/** `[batch, 1]` */
const lengths = (counted: Tensor2D): Tensor => expandDims(sum(counted, 0), 1);
