import {
  add,
  matMul,
  mul,
  reshape,
  slice,
  sigmoid,
  split,
  stack,
  tanh,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import type { LstmState, LstmWeights } from './lstm-layer.js';

/** The layer as its equations stand, differentiated by tfjs: what `lstmLayer` is tested against. Slow. */
export function lstmLayerReference(
  x: Tensor3D,
  state: LstmState,
  { weightIh, weightHh, biasIh, biasHh }: LstmWeights,
): { output: Tensor3D; state: LstmState } {
  let { h, c } = state;
  const [time, batch, input] = x.shape;
  const outputs = Array.from({ length: time }, (_, t) => {
    // Not `unstack`: its gradient in tfjs fails on a window of one step.
    const xt = reshape(slice(x, [t, 0, 0], [1, batch, input]), [batch, input]);
    const z = add(
      add(matMul(xt, weightIh, false, true), biasIh),
      add(matMul(h, weightHh, false, true), biasHh),
    );
    const [i, f, g, o] = split(z, 4, 1) as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
    c = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    h = mul(sigmoid(o), tanh(c));
    return h;
  });
  return { output: stack(outputs) as Tensor3D, state: { h, c } };
}
