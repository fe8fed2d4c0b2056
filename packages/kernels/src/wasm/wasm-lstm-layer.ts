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

/** The functions of assembly/lstm-layer.ts. */
interface Exports {
  readonly memory: ModuleMemory;
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

/**
 * A layer in a memory of its own, its weights in the order in which they are read: laid out once, and gone with the layer.
 */
export class WasmLstmLayer implements LstmLayerRun {
  readonly #exports: Exports;
  readonly #inputs: number;
  readonly #units: number;
  /** Where the weights stand; what belongs to a call begins at their end. */
  readonly #at: Readonly<Record<'weightIh' | 'weightHh' | 'bias' | 'end', number>>;

  constructor(module: object, inputs: number, units: number, weights: PlainLstmWeights) {
    if (!webAssembly) throw new Error('without WebAssembly there is no module');
    // The cast: the module is ours, and its source has these functions.
    this.#exports = new webAssembly.Instance(module).exports as Exports;
    this.#inputs = inputs;
    this.#units = units;
    const columns = gateColumns(units);
    this.#at = placed({ weightIh: columns * inputs, weightHh: columns * units, bias: columns });
    this.#layOut(weights);
  }

  run(given: LstmRun, time: number, batch: number): void {
    const [inputs, units, blocks] = [this.#inputs, this.#units, blocksOf(this.#units)];
    const { weightIh, weightHh, bias, end } = this.#at;
    const { memory, project, recur } = this.#exports;
    const sizes = { time, batch, inputs, units };
    const most = stretch(sizes) * batch;
    const at = placed(
      {
        x: most * inputs,
        z: most * gateColumns(units),
        output: (most + batch) * blocks * BLOCK,
        c: batch * blocks * BLOCK,
      },
      end,
    );
    readByStretches(numbersOf(memory, at.end), at, sizes, inputs, given, (steps) => {
      project(at.x * 4, steps * batch, inputs, weightIh * 4, bias * 4, at.z * 4, blocks);
      recur(at.z * 4, steps, batch, weightHh * 4, units, at.output * 4, at.c * 4, blocks);
    });
  }

  #layOut({ weightIh, weightHh, biasIh, biasHh }: PlainLstmWeights): void {
    const [inputs, units, at] = [this.#inputs, this.#units, this.#at];
    const memory = numbersOf(this.#exports.memory, at.end);
    for (let row = 0; row < 4 * units; row++) {
      const column = columnOf(row, units);
      const [block, lane] = [Math.floor(column / COLUMNS), column % BLOCK];
      memory[at.bias + column] = (biasIh[row] as number) + (biasHh[row] as number);
      const toIh = at.weightIh + (column - lane) * inputs + lane;
      for (let k = 0; k < inputs; k++) memory[toIh + k * BLOCK] = weightIh[row * inputs + k] as number;
      const toHh = at.weightHh + block * units * COLUMNS + (column % COLUMNS);
      for (let k = 0; k < units; k++) memory[toHh + k * COLUMNS] = weightHh[row * units + k] as number;
    }
  }
}
