import {
  add,
  concat,
  div,
  expandDims,
  max,
  mul,
  sub,
  sum,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';

/** Far below any activation of an LSTM, which is within (-1, 1). */
const HIDDEN = 1e4;

/**
 * Concat pooling (ULMFiT section 3.3, equation 4) over the steps that count: `[last, max, mean]`.
 * @param output `[time, batch, features]`
 * @param counted `[time, batch]`, 1 where a step counts and 0 elsewhere; each row has at least one
 * @param last `[time, batch]`, 1 at each row's last step and 0 elsewhere
 * @returns `[batch, 3 * features]`
 */
export function concatPooling(output: Tensor3D, counted: Tensor2D, last: Tensor2D): Tensor2D {
  const over = expandDims(counted, 2) as Tensor3D;
  const masked = mul(output, over);
  const lengths = expandDims(sum(counted, 0), 1);
  return concat(
    [
      sum(mul(output, expandDims(last, 2)), 0) as Tensor2D,
      max(add(masked, mul(sub(over, 1), HIDDEN)), 0) as Tensor2D,
      div(sum(masked, 0), lengths) as Tensor2D,
    ],
    1,
  );
}
