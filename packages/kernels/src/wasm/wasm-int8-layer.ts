import type { Int8Rows } from '../int8-rows.js';
import type { LstmLayerRun } from './wasm-lstm-layer.js';
import { webAssembly } from './web-assembly.js';

/** The functions of assembly/lstm-int8.ts. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  project(
    x: number,
    rows: number,
    padded: number,
    pairs: number,
    weights: number,
    scales: number,
    range: number,
    bias: number,
    rounded: number,
    factors: number,
    z: number,
    blocks: number,
  ): void;
  recur(
    z: number,
    time: number,
    batch: number,
    weights: number,
    scales: number,
    range: number,
    pairs: number,
    rounded: number,
    factors: number,
    output: number,
    c: number,
    blocks: number,
  ): void;
}

/** The weights of a layer of an int8 model. */
export interface Int8LstmWeights {
  readonly weightIh: Int8Rows;
  readonly weightHh: Int8Rows;
  readonly biasIh: Float32Array;
  readonly biasHh: Float32Array;
}

/** Units of a block, and columns of one: four gates of each. */
const BLOCK = 8;
const COLUMNS = 4 * BLOCK;
const PAGE = 65_536;
/** Numbers of a stretch of time steps' projections: they stay in the second cache, and the memory small. */
const STRETCH = 2 ** 19;

/** Places in the memory, in bytes, one after the other and each on the boundary of a cache line. */
class Places {
  end = 0;

  take(bytes: number): number {
    const from = this.end;
    this.end += Math.ceil(bytes / 64) * 64;
    return from;
  }
}

/**
 * A layer of an int8 model in a memory of its own, its weights as 16 bits in the order in which they are read: half of what float32
 * takes, and twice as fast.
 */
export class WasmInt8Layer implements LstmLayerRun {
  readonly #exports: Exports;
  readonly #inputs: number;
  readonly #units: number;
  readonly #blocks: number;
  readonly #ranges: readonly [ih: number, hh: number];
  readonly #at: { readonly ih: number; readonly hh: number; readonly bias: number } & {
    readonly scalesIh: number;
    readonly scalesHh: number;
  };
  /** Where what belongs to a call begins. */
  readonly #free: number;

  constructor(module: object, inputs: number, units: number, weights: Int8LstmWeights) {
    if (!webAssembly) throw new Error('without WebAssembly there is no module');
    // The cast: the module is ours, and its source has these functions.
    this.#exports = new webAssembly.Instance(module).exports as Exports;
    this.#inputs = inputs;
    this.#units = units;
    this.#blocks = Math.ceil(units / BLOCK);
    this.#ranges = [weights.weightIh.range, weights.weightHh.range];
    const columns = this.#blocks * COLUMNS;
    const places = new Places();
    this.#at = {
      ih: places.take(columns * pairsOf(inputs) * 4),
      hh: places.take(columns * pairsOf(units) * 4),
      bias: places.take(columns * 4),
      scalesIh: places.take(columns * 4),
      scalesHh: places.take(columns * 4),
    };
    this.#free = places.end;
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
    // Rows are rounded by whole vectors of 8 numbers.
    const wide = Math.ceil(inputs / 8) * 8;
    const padded = blocks * BLOCK;
    const most = Math.min(time, Math.max(1, Math.floor(STRETCH / (4 * padded * batch))));
    const places = new Places();
    places.end = this.#free;
    const xAt = places.take(most * batch * wide * 4);
    const xRounded = places.take(most * batch * wide * 2);
    const factors = places.take((most * batch + 1) * 4);
    const zAt = places.take(most * batch * 4 * padded * 4);
    const outputAt = places.take((most + 1) * batch * padded * 4);
    const hRounded = places.take(batch * padded * 2);
    const cAt = places.take(batch * padded * 4);
    const memory = new Float32Array(this.#memory(places.end));
    const copyIn = (
      from: Float32Array,
      first: number,
      rows: number,
      size: number,
      at: number,
      to: number,
    ) => {
      if (size === to) memory.set(from.subarray(first * size, (first + rows) * size), at / 4);
      else
        for (let row = 0; row < rows; row++) {
          const place = at / 4 + row * to;
          memory.set(from.subarray((first + row) * size, (first + row + 1) * size), place);
          memory.fill(0, place + size, place + to);
        }
    };
    const copyOut = (at: number, rows: number, to: Float32Array, first: number) => {
      for (let row = 0; row < rows; row++) {
        const place = at / 4 + row * padded;
        to.set(memory.subarray(place, place + units), (first + row) * units);
      }
    };
    copyIn(h, 0, batch, units, outputAt, padded);
    copyIn(c, 0, batch, units, cAt, padded);
    const { ih, hh, bias, scalesIh, scalesHh } = this.#at;
    const [rangeIh, rangeHh] = this.#ranges;
    for (let t = 0; t < time; t += most) {
      const steps = Math.min(most, time - t);
      copyIn(x, t * batch, steps * batch, inputs, xAt, wide);
      this.#exports.project(
        ...([xAt, steps * batch, wide, pairsOf(inputs), ih, scalesIh, rangeIh, bias] as const),
        ...([xRounded, factors, zAt, blocks] as const),
      );
      this.#exports.recur(
        ...([zAt, steps, batch, hh, scalesHh, rangeHh, pairsOf(units)] as const),
        ...([hRounded, factors, outputAt, cAt, blocks] as const),
      );
      copyOut(outputAt + batch * padded * 4, steps * batch, output, t * batch);
      const last = outputAt / 4 + steps * batch * padded;
      memory.copyWithin(outputAt / 4, last, last + batch * padded);
    }
    copyOut(outputAt, batch, h, 0);
    copyOut(cAt, batch, c, 0);
  }

  /** The memory, of this many bytes at least. */
  #memory(bytes: number): ArrayBuffer {
    const { memory } = this.#exports;
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return memory.buffer;
  }

  #layOut({ weightIh, weightHh, biasIh, biasHh }: Int8LstmWeights): void {
    const [inputs, units, at] = [this.#inputs, this.#units, this.#at];
    const memory = this.#memory(this.#free);
    const floats = new Float32Array(memory);
    const shorts = new Int16Array(memory);
    const [pairsIh, pairsHh] = [pairsOf(inputs), pairsOf(units)];
    for (let gate = 0; gate < 4; gate++) {
      for (let unit = 0; unit < units; unit++) {
        const [block, lane, row] = [Math.floor(unit / BLOCK), unit % BLOCK, gate * units + unit];
        const column = block * COLUMNS + gate * BLOCK + lane;
        floats[at.bias / 4 + column] = (biasIh[row] as number) + (biasHh[row] as number);
        floats[at.scalesIh / 4 + column] = (weightIh.scales[row] as number) / weightIh.range;
        floats[at.scalesHh / 4 + column] = (weightHh.scales[row] as number) / weightHh.range;
        const toIh = at.ih / 2 + 2 * ((column - lane) * pairsIh + lane);
        for (let k = 0; k < inputs; k++)
          shorts[toIh + (k >> 1) * 2 * BLOCK + (k & 1)] = weightIh.values[row * inputs + k] as number;
        const toHh = at.hh / 2 + 2 * (block * pairsHh * COLUMNS + gate * BLOCK + lane);
        for (let k = 0; k < units; k++)
          shorts[toHh + (k >> 1) * 2 * COLUMNS + (k & 1)] = weightHh.values[row * units + k] as number;
      }
    }
  }
}

const pairsOf = (numbers: number): number => Math.ceil(numbers / 2);
