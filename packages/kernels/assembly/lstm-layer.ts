// An LSTM layer without gradients, in AssemblyScript: `npm run wasm` compiles it into src/wasm/lstm-layer-module.ts.
//
// Units go by blocks of 8, two vectors. In memory a block's columns stand together: 8 units of gate i, of f, of g, of o, so 32
// numbers; the projected input `z` is `[rows, blocks, 32]`, the last block filled up with zeros. Each sum runs over its terms one by
// one in their order, whatever rows stand beside it: a document's figures don't depend on its batch.

import { cell, multiplyAdd } from './activations';

/**
 * z = x W + bias. Weights `[4 * blocks][inputs][8]`: eight columns for each input, which stay in the first cache.
 * @param x `[rows, inputs]`
 */
export function project(x: usize, rows: i32, inputs: i32, weights: usize, bias: usize, z: usize, blocks: i32): void {
  const columns = blocks * 32;
  const rowBytes = <usize>inputs * 4;
  const zBytes = <usize>columns * 4;
  for (let c = 0; c < columns; c += 8) {
    const from = weights + <usize>c * rowBytes;
    const until = from + 8 * rowBytes;
    const b0 = v128.load(bias + <usize>c * 4);
    const b1 = v128.load(bias + <usize>c * 4, 16);
    let row = 0;
    for (; row + 4 <= rows; row += 4) {
      let x0 = x + <usize>row * rowBytes;
      let x1 = x0 + rowBytes;
      let x2 = x1 + rowBytes;
      let x3 = x2 + rowBytes;
      let a0 = b0;
      let a1 = b1;
      let a2 = b0;
      let a3 = b1;
      let a4 = b0;
      let a5 = b1;
      let a6 = b0;
      let a7 = b1;
      for (let w = from; w < until; w += 32) {
        const w0 = v128.load(w);
        const w1 = v128.load(w, 16);
        let s = v128.load32_splat(x0);
        a0 = multiplyAdd(s, w0, a0);
        a1 = multiplyAdd(s, w1, a1);
        s = v128.load32_splat(x1);
        a2 = multiplyAdd(s, w0, a2);
        a3 = multiplyAdd(s, w1, a3);
        s = v128.load32_splat(x2);
        a4 = multiplyAdd(s, w0, a4);
        a5 = multiplyAdd(s, w1, a5);
        s = v128.load32_splat(x3);
        a6 = multiplyAdd(s, w0, a6);
        a7 = multiplyAdd(s, w1, a7);
        x0 += 4;
        x1 += 4;
        x2 += 4;
        x3 += 4;
      }
      let to = z + <usize>row * zBytes + <usize>c * 4;
      v128.store(to, a0);
      v128.store(to, a1, 16);
      to += zBytes;
      v128.store(to, a2);
      v128.store(to, a3, 16);
      to += zBytes;
      v128.store(to, a4);
      v128.store(to, a5, 16);
      to += zBytes;
      v128.store(to, a6);
      v128.store(to, a7, 16);
    }
    for (; row < rows; row++) {
      let x0 = x + <usize>row * rowBytes;
      let a0 = b0;
      let a1 = b1;
      for (let w = from; w < until; w += 32) {
        const s = v128.load32_splat(x0);
        a0 = multiplyAdd(s, v128.load(w), a0);
        a1 = multiplyAdd(s, v128.load(w, 16), a1);
        x0 += 4;
      }
      const to = z + <usize>row * zBytes + <usize>c * 4;
      v128.store(to, a0);
      v128.store(to, a1, 16);
    }
  }
}

function block(z: usize, weights: usize, units: i32, before: usize, c: usize, h: usize): void {
  let a0 = v128.load(z);
  let a1 = v128.load(z, 16);
  let a2 = v128.load(z, 32);
  let a3 = v128.load(z, 48);
  let a4 = v128.load(z, 64);
  let a5 = v128.load(z, 80);
  let a6 = v128.load(z, 96);
  let a7 = v128.load(z, 112);
  const until = weights + <usize>units * 128;
  for (let w = weights; w < until; w += 128) {
    const s = v128.load32_splat(before);
    a0 = multiplyAdd(s, v128.load(w), a0);
    a1 = multiplyAdd(s, v128.load(w, 16), a1);
    a2 = multiplyAdd(s, v128.load(w, 32), a2);
    a3 = multiplyAdd(s, v128.load(w, 48), a3);
    a4 = multiplyAdd(s, v128.load(w, 64), a4);
    a5 = multiplyAdd(s, v128.load(w, 80), a5);
    a6 = multiplyAdd(s, v128.load(w, 96), a6);
    a7 = multiplyAdd(s, v128.load(w, 112), a7);
    before += 4;
  }
  cell(a0, a2, a4, a6, c, h);
  cell(a1, a3, a5, a7, c + 16, h + 16);
}

// Half a block for two rows, which share what is read of the weights.
function pairOfHalves(z: usize, zBytes: usize, weights: usize, units: i32, before: usize, c: usize, h: usize, rowBytes: usize): void {
  let a0 = v128.load(z);
  let a1 = v128.load(z, 32);
  let a2 = v128.load(z, 64);
  let a3 = v128.load(z, 96);
  let a4 = v128.load(z + zBytes);
  let a5 = v128.load(z + zBytes, 32);
  let a6 = v128.load(z + zBytes, 64);
  let a7 = v128.load(z + zBytes, 96);
  const until = weights + <usize>units * 128;
  for (let w = weights; w < until; w += 128) {
    const w0 = v128.load(w);
    const w1 = v128.load(w, 32);
    const w2 = v128.load(w, 64);
    const w3 = v128.load(w, 96);
    let s = v128.load32_splat(before);
    a0 = multiplyAdd(s, w0, a0);
    a1 = multiplyAdd(s, w1, a1);
    a2 = multiplyAdd(s, w2, a2);
    a3 = multiplyAdd(s, w3, a3);
    s = v128.load32_splat(before + rowBytes);
    a4 = multiplyAdd(s, w0, a4);
    a5 = multiplyAdd(s, w1, a5);
    a6 = multiplyAdd(s, w2, a6);
    a7 = multiplyAdd(s, w3, a7);
    before += 4;
  }
  cell(a0, a1, a2, a3, c, h);
  cell(a4, a5, a6, a7, c + rowBytes, h + rowBytes);
}

/**
 * The time steps. Weights `[blocks][units][32]`; `output` `[time + 1, batch, 8 * blocks]` begins with the state h, `c` is
 * `[batch, 8 * blocks]`.
 */
export function recur(z: usize, time: i32, batch: i32, weights: usize, units: i32, output: usize, c: usize, blocks: i32): void {
  const rowBytes = <usize>blocks * 32;
  const blockBytes = <usize>units * 128;
  for (let t = 0; t < time; t++) {
    const before = output + <usize>(t * batch) * rowBytes;
    const after = before + <usize>batch * rowBytes;
    const zs = z + <usize>(t * batch) * rowBytes * 4;
    for (let n = 0; n < blocks; n++) {
      // There and back again: the weights of the step's end are still in the cache when the next begins.
      const b = <usize>(t & 1 ? blocks - 1 - n : n);
      let row: usize = 0;
      for (; row + 2 <= <usize>batch; row += 2) {
        for (let half: usize = 0; half < 32; half += 16) {
          pairOfHalves(
            zs + row * rowBytes * 4 + b * 128 + half,
            rowBytes * 4,
            weights + b * blockBytes + half,
            units,
            before + row * rowBytes,
            c + row * rowBytes + b * 32 + half,
            after + row * rowBytes + b * 32 + half,
            rowBytes,
          );
        }
      }
      for (; row < <usize>batch; row++) {
        block(
          zs + row * rowBytes * 4 + b * 128,
          weights + b * blockBytes,
          units,
          before + row * rowBytes,
          c + row * rowBytes + b * 32,
          after + row * rowBytes + b * 32,
        );
      }
    }
  }
}
