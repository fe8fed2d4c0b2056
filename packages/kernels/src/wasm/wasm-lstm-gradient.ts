import {
  BLOCK,
  blocksOf,
  columnOf,
  COLUMNS,
  copyIn,
  copyOut,
  numbersOf,
  placed,
  stretch,
  type LstmSizes,
  type ModuleMemory,
} from './lstm-memory.js';
import type { PlainLstmWeights } from './wasm-lstm-layer.js';
import { webAssembly } from './web-assembly.js';

/** The functions of assembly/lstm-gradient.ts. Places are in bytes. */
interface Exports {
  readonly memory: ModuleMemory;
  addProduct(a: number, rows: number, terms: number, weights: number, out: number, groups: number): void;
  forward(
    z: number,
    time: number,
    batch: number,
    weights: number,
    output: number,
    cells: number,
    blocks: number,
  ): void;
  backward(
    gates: number,
    time: number,
    batch: number,
    isLast: boolean,
    weights: number,
    dh: number,
    cells: number,
    dc: number,
    blocks: number,
  ): void;
  pack(from: number, rows: number, columns: number, to: number, terms: number): void;
  packTransposed(
    from: number,
    units: number,
    columns: number,
    to: number,
    terms: number,
    stride: number,
  ): void;
  transpose(dz: number, rows: number, blocks: number, units: number, to: number): void;
  addRows(from: number, rows: number, vectors: number, to: number): void;
  fillRows(from: number, rows: number, vectors: number, to: number): void;
}

/** What a forward pass is given, and what it fills. */
export interface ForwardNumbers extends PlainLstmWeights {
  /** `[time, batch, inputs]` */
  readonly x: Float32Array;
  /** The state, `[batch, units]`, as is `c`. */
  readonly h: Float32Array;
  readonly c: Float32Array;
  /** `[time, batch, units]`, to be filled, as are `cells`. */
  readonly output: Float32Array;
  readonly cells: Float32Array;
  /** `[time, batch, gateColumns(units)]`, to be filled. */
  readonly gates: Float32Array;
}

/** What a gradient is made of, as the forward pass gave it, and what is to be filled. */
export interface BackwardNumbers extends Omit<ForwardNumbers, 'biasIh' | 'biasHh'> {
  /** `[time, batch, units]` */
  readonly dOutput: Float32Array;
  /** As `x`, to be filled; undefined where it isn't asked for. */
  readonly dInput: Float32Array | undefined;
  /** As the weights, to be filled; `dBias` is `[4 * units]`. */
  readonly dWeights:
    { readonly ih: Float32Array; readonly hh: Float32Array; readonly bias: Float32Array } | undefined;
}

/**
 * LSTM layers that keep what a gradient needs, and the gradient, of one layer after the other in one memory. A window is taken in stretches
 * of time, so that the memory is as large as the weights of the largest layer, packed, and some megabytes.
 */
export class WasmLstmGradient {
  readonly #exports: Exports;

  constructor(module: object) {
    if (!webAssembly) throw new Error('without WebAssembly there is no module');
    // The cast: the module is ours, and its source has these functions.
    this.#exports = new webAssembly.Instance(module).exports as Exports;
  }

  forward(sizes: LstmSizes, given: ForwardNumbers): void {
    const { time, batch, inputs, units } = sizes;
    const blocks = blocksOf(units);
    const [padded, columns] = [blocks * BLOCK, blocks * COLUMNS];
    const steps = stretch(sizes);
    const at = placed({
      weightIh: columns * inputs,
      weightHh: columns * padded,
      bias: columns,
      gate: units * Math.max(inputs, units),
      x: steps * batch * inputs,
      z: steps * batch * columns,
      output: (steps + 1) * batch * padded,
      cells: (steps + 1) * batch * padded,
    });
    const memory = numbersOf(this.#exports.memory, at.end);
    const wasm = this.#exports;
    // What fills up the last block.
    if (units < padded) memory.fill(0, at.weightIh, at.gate);
    for (const [name, terms] of [
      ['weightIh', inputs],
      ['weightHh', padded],
    ] as const) {
      const width = given[name].length / (4 * units);
      for (let gate = 0; gate < 4; gate++) {
        memory.set(given[name].subarray(gate * units * width, (gate + 1) * units * width), at.gate);
        const to = at[name] + gate * terms * BLOCK;
        wasm.packTransposed(at.gate * 4, units, width, to * 4, terms, 4);
      }
    }
    for (let row = 0; row < 4 * units; row++)
      memory[at.bias + columnOf(row, units)] = (given.biasIh[row] as number) + (given.biasHh[row] as number);

    const rows = { units, padded };
    memory.fill(0, at.output, at.output + batch * padded).fill(0, at.cells, at.cells + batch * padded);
    copyIn(memory, at.output, given.h, 0, batch, rows);
    copyIn(memory, at.cells, given.c, 0, batch, rows);
    for (let t = 0; t < time; t += steps) {
      const now = Math.min(steps, time - t);
      const [first, count, state] = [t * batch, now * batch, batch * padded];
      memory.set(given.x.subarray(first * inputs, (first + count) * inputs), at.x);
      wasm.fillRows(at.bias * 4, count, columns / 4, at.z * 4);
      wasm.addProduct(at.x * 4, count, inputs, at.weightIh * 4, at.z * 4, columns / 8);
      wasm.forward(at.z * 4, now, batch, at.weightHh * 4, at.output * 4, at.cells * 4, blocks);
      given.gates.set(memory.subarray(at.z, at.z + count * columns), first * columns);
      copyOut(memory, at.output + state, given.output, first, count, rows);
      copyOut(memory, at.cells + state, given.cells, first, count, rows);
      for (const each of [at.output, at.cells])
        memory.copyWithin(each, each + now * state, each + (now + 1) * state);
    }
  }

  backward(sizes: LstmSizes, given: BackwardNumbers): void {
    const { time, batch, inputs, units } = sizes;
    const { dInput, dWeights } = given;
    const blocks = blocksOf(units);
    const [padded, columns] = [blocks * BLOCK, blocks * COLUMNS];
    const wide = Math.ceil(inputs / BLOCK) * BLOCK;
    const steps = stretch(sizes);
    const most = steps * batch;
    const at = placed({
      weightIh: dInput ? columns * wide : 0,
      weightHh: columns * padded,
      gate: units * Math.max(inputs, units),
      gates: (steps + 1) * batch * columns,
      dInput: dInput ? most * wide : 0,
      // For the weights alone: the rows that they were multiplied by, packed, and the gradients of the gates, transposed.
      rows: dWeights ? most * Math.max(inputs, units) : 0,
      packed: dWeights ? most * Math.max(wide, padded) : 0,
      transposed: dWeights ? most * 4 * units : 0,
      // These begin with zeros.
      dh: most * padded,
      cells: (steps + 1) * batch * padded,
      dc: batch * padded,
      dWeightIh: dWeights ? 4 * units * wide : 0,
      dWeightHh: dWeights ? 4 * units * padded : 0,
      dBias: dWeights ? columns : 0,
    });
    const memory = numbersOf(this.#exports.memory, at.end);
    const wasm = this.#exports;
    if (units < padded) memory.fill(0, at.weightIh, at.gate);
    for (const name of dInput ? (['weightIh', 'weightHh'] as const) : (['weightHh'] as const)) {
      const width = given[name].length / (4 * units);
      for (let gate = 0; gate < 4; gate++) {
        memory.set(given[name].subarray(gate * units * width, (gate + 1) * units * width), at.gate);
        for (let unit = 0; unit < units; unit += BLOCK) {
          const to = at[name] + columnOf(gate * units + unit, units) * BLOCK;
          const from = at.gate + unit * width;
          wasm.pack(from * 4, Math.min(BLOCK, units - unit), width, to * 4, columns);
        }
      }
    }
    memory.fill(0, at.dh, at.end);
    const rows = { units, padded };
    const state = batch * padded;
    for (let t = time; t > 0; t -= steps) {
      const now = Math.min(steps, t);
      const [first, count] = [(t - now) * batch, now * batch];
      // The gradients that the stretch before began with are those after this one.
      memory.copyWithin(at.gates + count * columns, at.gates, at.gates + batch * columns);
      memory.set(given.gates.subarray(first * columns, (first + count) * columns), at.gates);
      copyIn(memory, at.dh, given.dOutput, first, count, rows);
      if (t === now) copyIn(memory, at.cells, given.c, 0, batch, rows);
      else copyIn(memory, at.cells, given.cells, first - batch, batch, rows);
      copyIn(memory, at.cells + state, given.cells, first, count, rows);
      wasm.backward(
        at.gates * 4,
        now,
        batch,
        t === time,
        at.weightHh * 4,
        at.dh * 4,
        at.cells * 4,
        at.dc * 4,
        blocks,
      );
      if (dInput) {
        memory.fill(0, at.dInput, at.dInput + count * wide);
        wasm.addProduct(at.gates * 4, count, columns, at.weightIh * 4, at.dInput * 4, wide / BLOCK);
        copyOut(memory, at.dInput, dInput, first, count, { units: inputs, padded: wide });
      }
      if (dWeights) {
        wasm.addRows(at.gates * 4, count, columns / 4, at.dBias * 4);
        wasm.transpose(at.gates * 4, count, blocks, units, at.transposed * 4);
        const addTo = (to: number, width: number) => {
          const groups = Math.ceil(width / BLOCK);
          wasm.pack(at.rows * 4, count, width, at.packed * 4, count);
          wasm.addProduct(at.transposed * 4, 4 * units, count, at.packed * 4, to * 4, groups);
        };
        memory.set(given.x.subarray(first * inputs, (first + count) * inputs), at.rows);
        addTo(at.dWeightIh, inputs);
        // The outputs one step before.
        const before = t === now ? given.h : given.output.subarray((first - batch) * units, first * units);
        memory.set(before, at.rows);
        memory.set(
          given.output.subarray(first * units, (first + count - batch) * units),
          at.rows + batch * units,
        );
        addTo(at.dWeightHh, units);
      }
    }
    if (!dWeights) return;
    copyOut(memory, at.dWeightIh, dWeights.ih, 0, 4 * units, { units: inputs, padded: wide });
    copyOut(memory, at.dWeightHh, dWeights.hh, 0, 4 * units, rows);
    for (let row = 0; row < 4 * units; row++)
      dWeights.bias[row] = memory[at.dBias + columnOf(row, units)] as number;
  }
}
