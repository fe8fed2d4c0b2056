import assert from 'node:assert/strict';
import '@tensorflow/tfjs'; // any backend
import { ones, tensor1d, zeros, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { dropout, lstmLayer, permutation, randomKey } from '@ulmfit/kernels';

const [time, batch, input, hidden] = [5, 2, 3, 4];
const { output, state } = lstmLayer(
  ones([time, batch, input]) as Tensor3D,
  { h: zeros([batch, hidden]), c: zeros([batch, hidden]) },
  {
    weightIh: ones([4 * hidden, input]) as Tensor2D, // PyTorch's layout: gates i, f, g, o
    weightHh: ones([4 * hidden, hidden]) as Tensor2D,
    biasIh: tensor1d(Array(4 * hidden).fill(0)),
    biasHh: tensor1d(Array(4 * hidden).fill(0)),
  },
); // output [time, batch, hidden], state { h, c }

const key = randomKey({ seed: 1, stage: 'pretrain', stream: 'outputDropout', step: 7 });
const dropped = dropout(output, 0.4, key, [1, batch, hidden]); // one mask for all time steps
const order = permutation(1000, randomKey({ seed: 1, stream: 'shuffle', step: 0 }));
console.log(dropped.shape, state.h.shape, order.length); // [5, 2, 4] [2, 4] 1000

assert.deepEqual(dropped.shape, [time, batch, hidden]);
assert.deepEqual(state.h.shape, [batch, hidden]);
assert.equal(new Set(order).size, 1000);
