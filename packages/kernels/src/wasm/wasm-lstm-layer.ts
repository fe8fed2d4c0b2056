import { webAssembly } from './web-assembly.js';

/** The functions of assembly/lstm-layer.ts. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  project(
    x: number,
    rows: number,
    inputs: number,
    weights: number,
    bias: number,
    z: number,
    blocks: number,
  ): void;
  recur(
    z: number,
    time: number,
    batch: number,
    weights: number,
    units: number,
    output: number,
    c: number,
    blocks: number,
  ): void;
}

/** The weights of a layer, as `lstmLayer` has them. */
export interface PlainLstmWeights {
  readonly weightIh: Float32Array;
  readonly weightHh: Float32Array;
  readonly biasIh: Float32Array;
  readonly biasHh: Float32Array;
}

/** A layer whose weights are laid out. */
export interface LstmLayerRun {
  /**
   * Reads `x` `[time, batch, inputs]` from a state `[batch, units]` on.
   * @param output `[time, batch, units]`, to be filled
   * @param h the state, which becomes the one after; as does `c`
   */
  run(
    x: Float32Array,
    h: Float32Array,
    c: Float32Array,
    output: Float32Array,
    time: number,
    batch: number,
  ): void;
}

/** Units of a block, and columns of one: four gates of each. */
const BLOCK = 8;
const COLUMNS = 4 * BLOCK;
const PAGE = 65_536;
/** Numbers of a stretch of time steps' projections: they stay in the second cache, and the memory small. */
const STRETCH = 2 ** 19;

/**
 * A layer in a memory of its own, its weights in the order in which they are read: laid out once, and gone with the layer.
 */
export class WasmLstmLayer implements LstmLayerRun {
  readonly #exports: Exports;
  readonly #inputs: number;
  readonly #units: number;
  readonly #blocks: number;
  readonly #at: { readonly weightIh: number; readonly weightHh: number; readonly bias: number };
  /** Where what belongs to a call begins. */
  readonly #free: number;

  constructor(module: object, inputs: number, units: number, weights: PlainLstmWeights) {
    if (!webAssembly) throw new Error('without WebAssembly there is no module');
    // The cast: the module is ours, and its source has these functions.
    this.#exports = new webAssembly.Instance(module).exports as Exports;
    this.#inputs = inputs;
    this.#units = units;
    this.#blocks = Math.ceil(units / BLOCK);
    const columns = this.#blocks * COLUMNS;
    const [weightIh, weightHh] = [0, aligned(columns * inputs)];
    const bias = weightHh + aligned(columns * units);
    this.#at = { weightIh, weightHh, bias };
    this.#free = bias + aligned(columns);
    this.#layOut(weights);
  }

  run(
    x: Float32Array,
    h: Float32Array,
    c: Float32Array,
    output: Float32Array,
    time: number,
    batch: number,
  ): void {
    const [inputs, units, blocks] = [this.#inputs, this.#units, this.#blocks];
    const padded = blocks * BLOCK;
    const most = Math.min(time, Math.max(1, Math.floor(STRETCH / (4 * padded * batch))));
    const xAt = this.#free;
    const zAt = xAt + aligned(most * batch * inputs);
    const outputAt = zAt + aligned(most * batch * 4 * padded);
    const cAt = outputAt + aligned((most + 1) * batch * padded);
    const memory = this.#numbers(cAt + batch * padded);
    const copyIn = (from: Float32Array, at: number) => {
      for (let row = 0; row < batch; row++)
        memory.set(from.subarray(row * units, (row + 1) * units), at + row * padded);
    };
    const copyOut = (at: number, rows: number, to: Float32Array, first: number) => {
      for (let row = 0; row < rows; row++)
        to.set(memory.subarray(at + row * padded, at + row * padded + units), (first + row) * units);
    };
    memory.fill(0, outputAt, outputAt + batch * padded).fill(0, cAt, cAt + batch * padded);
    copyIn(h, outputAt);
    copyIn(c, cAt);
    const [xBytes, zBytes, outputBytes, cBytes] = [xAt * 4, zAt * 4, outputAt * 4, cAt * 4];
    for (let t = 0; t < time; t += most) {
      const steps = Math.min(most, time - t);
      memory.set(x.subarray(t * batch * inputs, (t + steps) * batch * inputs), xAt);
      const { weightIh, weightHh, bias } = this.#at;
      this.#exports.project(xBytes, steps * batch, inputs, weightIh * 4, bias * 4, zBytes, blocks);
      this.#exports.recur(zBytes, steps, batch, weightHh * 4, units, outputBytes, cBytes, blocks);
      copyOut(outputAt + batch * padded, steps * batch, output, t * batch);
      const last = outputAt + steps * batch * padded;
      memory.copyWithin(outputAt, last, last + batch * padded);
    }
    copyOut(outputAt, batch, h, 0);
    copyOut(cAt, batch, c, 0);
  }

  /** The memory, of this many numbers at least. */
  #numbers(count: number): Float32Array {
    const { memory } = this.#exports;
    const missing = count * 4 - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return new Float32Array(memory.buffer);
  }

  #layOut({ weightIh, weightHh, biasIh, biasHh }: PlainLstmWeights): void {
    const [inputs, units] = [this.#inputs, this.#units];
    const memory = this.#numbers(this.#free);
    for (let gate = 0; gate < 4; gate++) {
      for (let unit = 0; unit < units; unit++) {
        const [block, lane, row] = [Math.floor(unit / BLOCK), unit % BLOCK, gate * units + unit];
        const column = block * COLUMNS + gate * BLOCK + lane;
        memory[this.#at.bias + column] = (biasIh[row] as number) + (biasHh[row] as number);
        const toIh = this.#at.weightIh + (column - lane) * inputs + lane;
        for (let k = 0; k < inputs; k++) memory[toIh + k * BLOCK] = weightIh[row * inputs + k] as number;
        const toHh = this.#at.weightHh + block * units * COLUMNS + gate * BLOCK + lane;
        for (let k = 0; k < units; k++) memory[toHh + k * COLUMNS] = weightHh[row * units + k] as number;
      }
    }
  }
}

/** A multiple of 16 numbers: a line of the cache. */
const aligned = (numbers: number): number => Math.ceil(numbers / 16) * 16;
