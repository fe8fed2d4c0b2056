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
import { customGradient } from '@ulmfit/kernels';

/** Far below any activation of an LSTM, which is within (-1, 1). */
const HIDDEN = 1e4;

/**
 * Concat pooling (ULMFiT section 3.3, equation 4) over the steps that count: `[last, max, mean]`. With a gradient of its own, which
 * makes nothing of the output's size but what it gives.
 * @param output `[time, batch, features]`
 * @param counted `[time, batch]`, 1 where a step counts and 0 elsewhere; each row has at least one
 * @param last `[time, batch]`, 1 at each row's last step and 0 elsewhere
 * @returns `[batch, 3 * features]`
 */
export function concatPooling(output: Tensor3D, counted: Tensor2D, last: Tensor2D): Tensor2D {
  return customGradient<Tensor2D>([output], () => {
    const over = expandDims(counted, 2) as Tensor3D;
    const ends = expandDims(last, 2) as Tensor3D;
    const lengths = expandDims(sum(counted, 0), 1) as Tensor2D;
    const masked = mul(output, over) as Tensor3D;
    const visible = add(masked, mul(sub(over, 1), HIDDEN)) as Tensor3D;
    const most = max(visible, 0) as Tensor2D;
    const value = concat(
      [sum(mul(output, ends), 0) as Tensor2D, most, div(sum(masked, 0), lengths) as Tensor2D],
      1,
    );
    return {
      value,
      save: [visible, most, over, ends, lengths],
      gradient: (dy, saved) => {
        const [visible, most, over, ends, lengths] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor];
        const [dLast, dMax, dMean] = split(dy, 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
        const ofMax = mul(cast(equal(visible, most), 'float32'), dMax);
        return [add(add(ofMax, mul(ends, dLast)), mul(over, div(dMean, lengths)))];
      },
    };
  });
}
