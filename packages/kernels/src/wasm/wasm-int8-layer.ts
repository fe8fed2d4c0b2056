import type { Int8Rows } from '../int8-rows.js';
import { readByStretches, type LstmLayerRun, type LstmRun } from './lstm-layer-run.js';
import {
  BLOCK,
  blocksOf,
  columnOf,
  COLUMNS,
  gateColumns,
  numbersOf,
  placed,
  stretch,
  type ModuleMemory,
} from './lstm-memory.js';
import { webAssembly } from './web-assembly.js';

/** The functions of assembly/lstm-int8.ts. */
interface Exports {
  readonly memory: ModuleMemory;
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

/**
 * A layer of an int8 model in a memory of its own, its weights as 16 bits in the order in which they are read: half of what float32
 * takes, and twice as fast.
 */
export class WasmInt8Layer implements LstmLayerRun {
  readonly #exports: Exports;
  readonly #inputs: number;
  readonly #units: number;
  readonly #ranges: readonly [ih: number, hh: number];
  /** Where the weights stand; what belongs to a call begins at their end. */
  readonly #at: Readonly<Record<'weightIh' | 'weightHh' | 'bias' | 'scalesIh' | 'scalesHh' | 'end', number>>;

  constructor(module: object, inputs: number, units: number, weights: Int8LstmWeights) {
    if (!webAssembly) throw new Error('without WebAssembly there is no module');
    // The cast: the module is ours, and its source has these functions.
    this.#exports = new webAssembly.Instance(module).exports as Exports;
    this.#inputs = inputs;
    this.#units = units;
    this.#ranges = [weights.weightIh.range, weights.weightHh.range];
    const columns = gateColumns(units);
    this.#at = placed({
      // Two numbers of 16 bits take the place of one.
      weightIh: columns * pairsOf(inputs),
      weightHh: columns * pairsOf(units),
      ...{ bias: columns, scalesIh: columns, scalesHh: columns },
    });
    this.#layOut(weights);
  }

  run(given: LstmRun, time: number, batch: number): void {
    const [inputs, units, blocks] = [this.#inputs, this.#units, blocksOf(this.#units)];
    const [rangeIh, rangeHh] = this.#ranges;
    const { weightIh, weightHh, bias, scalesIh, scalesHh, end } = this.#at;
    const { memory, project, recur } = this.#exports;
    // Rows are rounded by whole vectors of 8 numbers.
    const wide = Math.ceil(inputs / 8) * 8;
    const sizes = { time, batch, inputs, units };
    const most = stretch(sizes) * batch;
    const at = placed(
      {
        x: most * wide,
        xRounded: pairsOf(most * wide),
        factors: most + 1,
        z: most * gateColumns(units),
        output: (most + batch) * blocks * BLOCK,
        hRounded: pairsOf(batch * blocks * BLOCK),
        c: batch * blocks * BLOCK,
      },
      end,
    );
    const [xRounded, hRounded, factors, z] = [at.xRounded * 4, at.hRounded * 4, at.factors * 4, at.z * 4];
    readByStretches(numbersOf(memory, at.end), at, sizes, wide, given, (steps) => {
      project(
        ...([at.x * 4, steps * batch, wide, pairsOf(inputs), weightIh * 4, scalesIh * 4, rangeIh] as const),
        ...([bias * 4, xRounded, factors, z, blocks] as const),
      );
      recur(
        ...([z, steps, batch, weightHh * 4, scalesHh * 4, rangeHh, pairsOf(units)] as const),
        ...([hRounded, factors, at.output * 4, at.c * 4, blocks] as const),
      );
    });
  }

  #layOut({ weightIh, weightHh, biasIh, biasHh }: Int8LstmWeights): void {
    const [inputs, units, at] = [this.#inputs, this.#units, this.#at];
    const numbers = numbersOf(this.#exports.memory, at.end);
    const shorts = new Int16Array(numbers.buffer);
    const [pairsIh, pairsHh] = [pairsOf(inputs), pairsOf(units)];
    for (let row = 0; row < 4 * units; row++) {
      const column = columnOf(row, units);
      const [block, lane] = [Math.floor(column / COLUMNS), column % BLOCK];
      numbers[at.bias + column] = (biasIh[row] as number) + (biasHh[row] as number);
      numbers[at.scalesIh + column] = (weightIh.scales[row] as number) / weightIh.range;
      numbers[at.scalesHh + column] = (weightHh.scales[row] as number) / weightHh.range;
      const toIh = 2 * (at.weightIh + (column - lane) * pairsIh + lane);
      for (let k = 0; k < inputs; k++)
        shorts[toIh + (k >> 1) * 2 * BLOCK + (k & 1)] = weightIh.values[row * inputs + k] as number;
      const toHh = 2 * (at.weightHh + block * pairsHh * COLUMNS + (column % COLUMNS));
      for (let k = 0; k < units; k++)
        shorts[toHh + (k >> 1) * 2 * COLUMNS + (k & 1)] = weightHh.values[row * units + k] as number;
    }
  }
}

const pairsOf = (numbers: number): number => Math.ceil(numbers / 2);
