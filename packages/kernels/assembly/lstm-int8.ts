// An LSTM layer of an int8 model without gradients, in AssemblyScript: `npm run wasm` compiles it into src/wasm/lstm-int8-module.ts.
//
// Inputs and states are rounded to 16 bits, and multiplied by the weights' whole numbers two at a time; the sums are exact in 32 bits.
// Units go by blocks of 8, columns and `z` as in lstm-layer.ts. Of a weight, two numbers that follow each other in a row stand
// together, so that a lane sums for one column.
import { cell } from './activations';

/**
 * Rounds a row of whole vectors of 8 numbers, with its greatest as the range, or `least` where all are smaller. Returns what its
 * products are to be multiplied by; NaN if one of the numbers is not finite.
 */
function roundRow(from: usize, size: i32, to: usize, range: f32, least: f32): f32 {
  let most = f32x4.splat(least);
  let zeros = f32x4.splat(0);
  const end = from + <usize>size * 4;
  for (let at = from; at < end; at += 16) {
    const x = v128.load(at);
    most = f32x4.pmax(most, f32x4.abs(x));
    zeros = f32x4.add(zeros, f32x4.mul(x, f32x4.splat(0)));
  }
  const greatest: f32 = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  const broken: f32 =
    f32x4.extract_lane(zeros, 0) +
    f32x4.extract_lane(zeros, 1) +
    f32x4.extract_lane(zeros, 2) +
    f32x4.extract_lane(zeros, 3);
  // So small a number has no reciprocal.
  const by = f32x4.splat(greatest < 1e-30 ? <f32>0 : range / greatest);
  for (let at = from; at < end; at += 32, to += 16) {
    const low = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(at), by)));
    const high = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(at, 16), by)));
    v128.store(to, i16x8.narrow_i32x4_s(low, high));
  }
  return greatest + broken;
}

// Two products of each lane, added to it.
function multiplyAdd(a: v128, b: v128, sums: v128): v128 {
  return i32x4.add(sums, i32x4.dot_i16x8_s(a, b));
}

// What a sum of whole numbers stands for, added to numbers.
function scaled(sums: v128, scales: usize, factor: v128, z: v128): v128 {
  return f32x4.add(z, f32x4.mul(f32x4.convert_i32x4_s(sums), f32x4.mul(v128.load(scales), factor)));
}

/**
 * z = x W + bias. Weights `[4 * blocks][pairs][8]` of two numbers: eight columns for each pair of inputs, which stay in the first cache.
 * @param x `[rows, padded]`, filled up with zeros to whole vectors of 8
 * @param rounded where the inputs are rounded to, and then `factors` for each row
 * @param scales of each column, as is the bias
 */
export function project(
  x: usize,
  rows: i32,
  padded: i32,
  pairs: i32,
  weights: usize,
  scales: usize,
  range: f32,
  bias: usize,
  rounded: usize,
  factors: usize,
  z: usize,
  blocks: i32,
): void {
  const columns = blocks * 32;
  const rowBytes = <usize>padded * 2;
  const columnBytes = <usize>pairs * 4;
  const zBytes = <usize>columns * 4;
  for (let row: usize = 0; row < <usize>rows; row++) {
    const factor = roundRow(x + row * rowBytes * 2, padded, rounded + row * rowBytes, range, 0);
    store<f32>(factors + row * 4, factor);
  }
  for (let c = 0; c < columns; c += 8) {
    const from = weights + <usize>c * columnBytes;
    const until = from + 8 * columnBytes;
    const s = scales + <usize>c * 4;
    const b0 = v128.load(bias + <usize>c * 4);
    const b1 = v128.load(bias + <usize>c * 4, 16);
    let row = 0;
    for (; row + 4 <= rows; row += 4) {
      let x0 = rounded + <usize>row * rowBytes;
      let x1 = x0 + rowBytes;
      let x2 = x1 + rowBytes;
      let x3 = x2 + rowBytes;
      let a0 = i32x4.splat(0);
      let a1 = a0;
      let a2 = a0;
      let a3 = a0;
      let a4 = a0;
      let a5 = a0;
      let a6 = a0;
      let a7 = a0;
      for (let w = from; w < until; w += 32) {
        const w0 = v128.load(w);
        const w1 = v128.load(w, 16);
        let pair = v128.load32_splat(x0);
        a0 = multiplyAdd(pair, w0, a0);
        a1 = multiplyAdd(pair, w1, a1);
        pair = v128.load32_splat(x1);
        a2 = multiplyAdd(pair, w0, a2);
        a3 = multiplyAdd(pair, w1, a3);
        pair = v128.load32_splat(x2);
        a4 = multiplyAdd(pair, w0, a4);
        a5 = multiplyAdd(pair, w1, a5);
        pair = v128.load32_splat(x3);
        a6 = multiplyAdd(pair, w0, a6);
        a7 = multiplyAdd(pair, w1, a7);
        x0 += 4;
        x1 += 4;
        x2 += 4;
        x3 += 4;
      }
      let to = z + <usize>row * zBytes + <usize>c * 4;
      const f = factors + <usize>row * 4;
      let factor = v128.load32_splat(f);
      v128.store(to, scaled(a0, s, factor, b0));
      v128.store(to, scaled(a1, s + 16, factor, b1), 16);
      to += zBytes;
      factor = v128.load32_splat(f, 4);
      v128.store(to, scaled(a2, s, factor, b0));
      v128.store(to, scaled(a3, s + 16, factor, b1), 16);
      to += zBytes;
      factor = v128.load32_splat(f, 8);
      v128.store(to, scaled(a4, s, factor, b0));
      v128.store(to, scaled(a5, s + 16, factor, b1), 16);
      to += zBytes;
      factor = v128.load32_splat(f, 12);
      v128.store(to, scaled(a6, s, factor, b0));
      v128.store(to, scaled(a7, s + 16, factor, b1), 16);
    }
    for (; row < rows; row++) {
      let x0 = rounded + <usize>row * rowBytes;
      let a0 = i32x4.splat(0);
      let a1 = a0;
      for (let w = from; w < until; w += 32) {
        const pair = v128.load32_splat(x0);
        a0 = multiplyAdd(pair, v128.load(w), a0);
        a1 = multiplyAdd(pair, v128.load(w, 16), a1);
        x0 += 4;
      }
      const to = z + <usize>row * zBytes + <usize>c * 4;
      const factor = v128.load32_splat(factors + <usize>row * 4);
      v128.store(to, scaled(a0, s, factor, b0));
      v128.store(to, scaled(a1, s + 16, factor, b1), 16);
    }
  }
}

// The new cell and output of 4 units, from the sums of their gates.
function cellOfSums(i: v128, f: v128, g: v128, o: v128, z: usize, scales: usize, factor: v128, c: usize, h: usize): void {
  cell(
    scaled(i, scales, factor, v128.load(z)),
    scaled(f, scales + 32, factor, v128.load(z, 32)),
    scaled(g, scales + 64, factor, v128.load(z, 64)),
    scaled(o, scales + 96, factor, v128.load(z, 96)),
    c,
    h,
  );
}

function block(z: usize, weights: usize, pairs: i32, before: usize, factor: v128, scales: usize, c: usize, h: usize): void {
  let a0 = i32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let a4 = a0;
  let a5 = a0;
  let a6 = a0;
  let a7 = a0;
  const until = weights + <usize>pairs * 128;
  for (let w = weights; w < until; w += 128) {
    const pair = v128.load32_splat(before);
    a0 = multiplyAdd(pair, v128.load(w), a0);
    a1 = multiplyAdd(pair, v128.load(w, 16), a1);
    a2 = multiplyAdd(pair, v128.load(w, 32), a2);
    a3 = multiplyAdd(pair, v128.load(w, 48), a3);
    a4 = multiplyAdd(pair, v128.load(w, 64), a4);
    a5 = multiplyAdd(pair, v128.load(w, 80), a5);
    a6 = multiplyAdd(pair, v128.load(w, 96), a6);
    a7 = multiplyAdd(pair, v128.load(w, 112), a7);
    before += 4;
  }
  cellOfSums(a0, a2, a4, a6, z, scales, factor, c, h);
  cellOfSums(a1, a3, a5, a7, z + 16, scales + 16, factor, c + 16, h + 16);
}

// Half a block for two rows, which share what is read of the weights.
function pairOfHalves(
  z: usize,
  zBytes: usize,
  weights: usize,
  pairs: i32,
  before: usize,
  factors: usize,
  scales: usize,
  c: usize,
  h: usize,
  rowBytes: usize,
): void {
  let a0 = i32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let a4 = a0;
  let a5 = a0;
  let a6 = a0;
  let a7 = a0;
  const until = weights + <usize>pairs * 128;
  const second = rowBytes / 2;
  for (let w = weights; w < until; w += 128) {
    const w0 = v128.load(w);
    const w1 = v128.load(w, 32);
    const w2 = v128.load(w, 64);
    const w3 = v128.load(w, 96);
    let pair = v128.load32_splat(before);
    a0 = multiplyAdd(pair, w0, a0);
    a1 = multiplyAdd(pair, w1, a1);
    a2 = multiplyAdd(pair, w2, a2);
    a3 = multiplyAdd(pair, w3, a3);
    pair = v128.load32_splat(before + second);
    a4 = multiplyAdd(pair, w0, a4);
    a5 = multiplyAdd(pair, w1, a5);
    a6 = multiplyAdd(pair, w2, a6);
    a7 = multiplyAdd(pair, w3, a7);
    before += 4;
  }
  cellOfSums(a0, a1, a2, a3, z, scales, v128.load32_splat(factors), c, h);
  cellOfSums(a4, a5, a6, a7, z + zBytes, scales, v128.load32_splat(factors, 4), c + rowBytes, h + rowBytes);
}

/**
 * The time steps. Weights `[blocks][pairs][32]` of two numbers; `output` `[time + 1, batch, 8 * blocks]` begins with the state h, `c` is
 * `[batch, 8 * blocks]`.
 * @param rounded where the states of a step are rounded to, and `factors` for each row
 */
export function recur(
  z: usize,
  time: i32,
  batch: i32,
  weights: usize,
  scales: usize,
  range: f32,
  pairs: i32,
  rounded: usize,
  factors: usize,
  output: usize,
  c: usize,
  blocks: i32,
): void {
  const rowBytes = <usize>blocks * 32;
  const blockBytes = <usize>pairs * 128;
  for (let t = 0; t < time; t++) {
    const before = output + <usize>(t * batch) * rowBytes;
    const after = before + <usize>batch * rowBytes;
    const zs = z + <usize>(t * batch) * rowBytes * 4;
    for (let row: usize = 0; row < <usize>batch; row++) {
      const factor = roundRow(before + row * rowBytes, blocks * 8, rounded + (row * rowBytes) / 2, range, 1);
      store<f32>(factors + row * 4, factor);
    }
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
            pairs,
            rounded + (row * rowBytes) / 2,
            factors + row * 4,
            scales + b * 128 + half,
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
          pairs,
          rounded + (row * rowBytes) / 2,
          v128.load32_splat(factors + row * 4),
          scales + b * 128,
          c + row * rowBytes + b * 32,
          after + row * rowBytes + b * 32,
        );
      }
    }
  }
}
