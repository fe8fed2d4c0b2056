// An LSTM layer with its gradient, in AssemblyScript: `npm run wasm` compiles it into src/wasm/lstm-gradient-module.ts.
//
// Units go by blocks of 8: a row of projected inputs, gates or their gradients is `[blocks, 32]`, 8 units of gate i, of f, of g, of o;
// a row of states is `[blocks, 8]`. The last block is filled up with zeros. The right-hand matrix of every product is packed: `[groups][terms][8]`,
// eight columns for each term. Each sum runs over its terms one by one in their order, whatever rows stand beside it.

import { multiplyAdd, sigmoid, tanh } from './activations';

/**
 * out += a W. Four rows share what is read of the weights; of those left over each takes four groups at once.
 * @param a `[rows, terms]`
 * @param weights `[groups][terms][8]`
 * @param out `[rows, groups, 8]`
 */
export function addProduct(a: usize, rows: i32, terms: i32, weights: usize, out: usize, groups: i32): void {
  addProductFrom(false, a, rows, terms, weights, out, groups);
}

/** Begins with the last groups, if asked to: those that a product before it has left in the cache. */
function addProductFrom(isEnd: bool, a: usize, rows: i32, terms: i32, weights: usize, out: usize, groups: i32): void {
  const rowBytes = <usize>terms * 4;
  const outBytes = <usize>groups * 32;
  const groupBytes = <usize>terms * 32;
  const fours = (groups + 3) >> 2;
  for (let n = 0; n < fours; n++) {
    const first = (isEnd ? fours - 1 - n : n) << 2;
    const w = weights + <usize>first * groupBytes;
    const count = min(4, groups - first);
    let x = a;
    let to = out + <usize>first * 32;
    for (let g = 0; g < count; g++) fourRows(x, rows, terms, w + <usize>g * groupBytes, to + <usize>g * 32, outBytes);
    x += <usize>(rows & ~3) * rowBytes;
    to += <usize>(rows & ~3) * outBytes;
    for (let row = rows & ~3; row < rows; row++) {
      if (count === 4) fourGroups(x, terms, w, to);
      else for (let g = 0; g < count; g++) oneGroup(x, terms, w + <usize>g * groupBytes, to + <usize>g * 32);
      x += rowBytes;
      to += outBytes;
    }
  }
}

// A group for as many rows as there are fours of.
function fourRows(a: usize, rows: i32, terms: i32, weights: usize, out: usize, outBytes: usize): void {
  const rowBytes = <usize>terms * 4;
  const until = weights + <usize>terms * 32;
  for (let row = 0; row + 4 <= rows; row += 4) {
    let x0 = a + <usize>row * rowBytes;
    let x1 = x0 + rowBytes;
    let x2 = x1 + rowBytes;
    let x3 = x2 + rowBytes;
    const to0 = out + <usize>row * outBytes;
    const to1 = to0 + outBytes;
    const to2 = to1 + outBytes;
    const to3 = to2 + outBytes;
    let a0 = v128.load(to0);
    let a1 = v128.load(to0, 16);
    let a2 = v128.load(to1);
    let a3 = v128.load(to1, 16);
    let a4 = v128.load(to2);
    let a5 = v128.load(to2, 16);
    let a6 = v128.load(to3);
    let a7 = v128.load(to3, 16);
    for (let w = weights; w < until; w += 32) {
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
    v128.store(to0, a0);
    v128.store(to0, a1, 16);
    v128.store(to1, a2);
    v128.store(to1, a3, 16);
    v128.store(to2, a4);
    v128.store(to2, a5, 16);
    v128.store(to3, a6);
    v128.store(to3, a7, 16);
  }
}

// Four groups for a row.
function fourGroups(x: usize, terms: i32, weights: usize, to: usize): void {
  const groupBytes = <usize>terms * 32;
  const until = x + <usize>terms * 4;
  let w0 = weights;
  let w1 = w0 + groupBytes;
  let w2 = w1 + groupBytes;
  let w3 = w2 + groupBytes;
  let a0 = v128.load(to);
  let a1 = v128.load(to, 16);
  let a2 = v128.load(to, 32);
  let a3 = v128.load(to, 48);
  let a4 = v128.load(to, 64);
  let a5 = v128.load(to, 80);
  let a6 = v128.load(to, 96);
  let a7 = v128.load(to, 112);
  for (; x < until; x += 4) {
    const s = v128.load32_splat(x);
    a0 = multiplyAdd(s, v128.load(w0), a0);
    a1 = multiplyAdd(s, v128.load(w0, 16), a1);
    a2 = multiplyAdd(s, v128.load(w1), a2);
    a3 = multiplyAdd(s, v128.load(w1, 16), a3);
    a4 = multiplyAdd(s, v128.load(w2), a4);
    a5 = multiplyAdd(s, v128.load(w2, 16), a5);
    a6 = multiplyAdd(s, v128.load(w3), a6);
    a7 = multiplyAdd(s, v128.load(w3, 16), a7);
    w0 += 32;
    w1 += 32;
    w2 += 32;
    w3 += 32;
  }
  v128.store(to, a0);
  v128.store(to, a1, 16);
  v128.store(to, a2, 32);
  v128.store(to, a3, 48);
  v128.store(to, a4, 64);
  v128.store(to, a5, 80);
  v128.store(to, a6, 96);
  v128.store(to, a7, 112);
}

function oneGroup(x: usize, terms: i32, weights: usize, to: usize): void {
  const until = x + <usize>terms * 4;
  let a0 = v128.load(to);
  let a1 = v128.load(to, 16);
  for (; x < until; x += 4) {
    const s = v128.load32_splat(x);
    a0 = multiplyAdd(s, v128.load(weights), a0);
    a1 = multiplyAdd(s, v128.load(weights, 16), a1);
    weights += 32;
  }
  v128.store(to, a0);
  v128.store(to, a1, 16);
}

/**
 * The time steps.
 * @param z `[time, batch, blocks, 32]`: the projected input, which becomes the gates
 * @param weights packed, `8 * blocks` terms
 * @param output `[time + 1, batch, blocks, 8]`, which begins with the state, as do the cells
 */
export function forward(z: usize, time: i32, batch: i32, weights: usize, output: usize, cells: usize, blocks: i32): void {
  const stateBytes = <usize>(batch * blocks) * 32;
  for (let t = 0; t < time; t++) {
    addProductFrom((t & 1) !== 0, output, batch, blocks * 8, weights, z, blocks * 4);
    const until = output + stateBytes;
    for (; output < until; output += 32) {
      for (let half: usize = 0; half < 32; half += 16) {
        const at = z + half;
        const i = sigmoid(v128.load(at));
        const f = sigmoid(v128.load(at, 32));
        const g = tanh(v128.load(at, 64));
        const o = sigmoid(v128.load(at, 96));
        const c = f32x4.add(f32x4.mul(f, v128.load(cells + half)), f32x4.mul(i, g));
        v128.store(at, i);
        v128.store(at, f, 32);
        v128.store(at, g, 64);
        v128.store(at, o, 96);
        v128.store(cells + stateBytes + half, c);
        v128.store(output + stateBytes + half, f32x4.mul(o, tanh(c)));
      }
      z += 128;
      cells += 32;
    }
  }
}

/**
 * The time steps from the last to the first.
 * @param gates `[time + 1, batch, blocks, 32]`, which become the gradients of the projected input; those of the step after are there
 *   already, if there is one
 * @param isLast whether there is none
 * @param weights packed, `32 * blocks` terms
 * @param dh `[time, batch, blocks, 8]`: the output's gradient; what comes from later steps is added to it
 * @param cells `[time + 1, batch, blocks, 8]`
 * @param dc `[batch, blocks, 8]`: the gradient of the cells after the window, which becomes that of those before
 */
export function backward(gates: usize, time: i32, batch: i32, isLast: bool, weights: usize, dh: usize, cells: usize, dc: usize, blocks: i32): void {
  const one = f32x4.splat(1);
  const stateBytes = <usize>(batch * blocks) * 32;
  for (let t = time - 1; t >= 0; t--) {
    let z = gates + <usize>t * stateBytes * 4;
    let d = dh + <usize>t * stateBytes;
    let before = cells + <usize>t * stateBytes;
    if (!isLast || t < time - 1) addProductFrom((t & 1) !== 0, z + stateBytes * 4, batch, blocks * 32, weights, d, blocks);
    for (let carried = dc; carried < dc + stateBytes; carried += 32) {
      for (let half: usize = 0; half < 32; half += 16) {
        const at = z + half;
        const i = v128.load(at);
        const f = v128.load(at, 32);
        const g = v128.load(at, 64);
        const o = v128.load(at, 96);
        const y = tanh(v128.load(before + stateBytes + half));
        const dy = v128.load(d + half);
        const direct = f32x4.mul(dy, f32x4.mul(o, f32x4.sub(one, f32x4.mul(y, y))));
        const all = f32x4.add(v128.load(carried + half), direct);
        v128.store(at, f32x4.mul(all, f32x4.mul(g, f32x4.mul(i, f32x4.sub(one, i)))));
        v128.store(at, f32x4.mul(all, f32x4.mul(v128.load(before + half), f32x4.mul(f, f32x4.sub(one, f)))), 32);
        v128.store(at, f32x4.mul(all, f32x4.mul(i, f32x4.sub(one, f32x4.mul(g, g)))), 64);
        v128.store(at, f32x4.mul(dy, f32x4.mul(y, f32x4.mul(o, f32x4.sub(one, o)))), 96);
        v128.store(carried + half, f32x4.mul(all, f));
      }
      z += 128;
      d += 32;
      before += 32;
    }
  }
}

/**
 * Packs a matrix of which rows are the terms: `[rows, columns]` to `[columns / 8][terms][8]`, the last group filled up with zeros.
 * @param to where the first row goes: further rows may stand before and after it
 */
export function pack(from: usize, rows: i32, columns: i32, to: usize, terms: i32): void {
  const groupBytes = <usize>terms * 32;
  const whole = columns & ~7;
  for (let row = 0; row < rows; row++) {
    let at = to + <usize>row * 32;
    let column = 0;
    for (; column < whole; column += 8) {
      v128.store(at, v128.load(from));
      v128.store(at, v128.load(from, 16), 16);
      from += 32;
      at += groupBytes;
    }
    if (column === columns) continue;
    for (; column < whole + 8; column++) {
      f32.store(at, column < columns ? f32.load(from) : 0);
      if (column < columns) from += 4;
      at += 4;
    }
  }
}

/**
 * Packs a matrix of which columns are the terms: `[units, columns]` of one gate to `[blocks, stride][terms][8]`, of each block the first
 * group, the last one filled up with zeros.
 */
export function packTransposed(from: usize, units: i32, columns: i32, to: usize, terms: i32, stride: i32): void {
  const rowBytes = <usize>columns * 4;
  for (let unit = 0; unit < units; unit++) {
    let at = to + <usize>(unit >> 3) * <usize>(terms * stride) * 32 + <usize>(unit & 7) * 4;
    const until = from + rowBytes;
    for (; from < until; from += 4) {
      f32.store(at, f32.load(from));
      at += 32;
    }
  }
}

/**
 * Transposes gradients of the projected input: `[rows, blocks, 32]` to `[4 * units, rows]`, the gates one after the other.
 */
export function transpose(dz: usize, rows: i32, blocks: i32, units: i32, to: usize): void {
  const rowBytes = <usize>blocks * 128;
  for (let gate = 0; gate < 4; gate++) {
    for (let unit = 0; unit < units; unit++) {
      let from = dz + <usize>(unit >> 3) * 128 + <usize>gate * 32 + <usize>(unit & 7) * 4;
      for (let row = 0; row < rows; row++) {
        f32.store(to, f32.load(from));
        from += rowBytes;
        to += 4;
      }
    }
  }
}

/** Adds the sum of the rows `[rows, vectors, 4]` to `[vectors, 4]`. */
export function addRows(from: usize, rows: i32, vectors: i32, to: usize): void {
  for (let row = 0; row < rows; row++) {
    for (let v = 0; v < vectors; v++) {
      const at = to + <usize>v * 16;
      v128.store(at, f32x4.add(v128.load(at), v128.load(from)));
      from += 16;
    }
  }
}

/** Fills rows `[rows, vectors, 4]` with one `[vectors, 4]`. */
export function fillRows(from: usize, rows: i32, vectors: i32, to: usize): void {
  const bytes = <usize>vectors * 16;
  for (let row = 0; row < rows; row++) {
    memory.copy(to, from, bytes);
    to += bytes;
  }
}
