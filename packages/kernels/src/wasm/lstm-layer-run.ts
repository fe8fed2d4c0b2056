import { BLOCK, blocksOf, copyIn, copyOut, stretch, type LstmSizes } from './lstm-memory.js';

/** What a layer reads, and what it fills. */
export interface LstmRun {
  /** `[time, batch, inputs]` */
  readonly x: Float32Array;
  /** The state, `[batch, units]`, which becomes the one after; as does `c`. */
  readonly h: Float32Array;
  readonly c: Float32Array;
  /** `[time, batch, units]`, to be filled. */
  readonly output: Float32Array;
}

/** A layer whose weights are laid out. */
export interface LstmLayerRun {
  run(given: LstmRun, time: number, batch: number): void;
}

/**
 * Reads a window in stretches of time.
 * @param at where a stretch's inputs, its outputs after the state, and the cells stand
 * @param wide numbers that a row of inputs takes in the memory
 * @param read reads so many steps
 */
export function readByStretches(
  memory: Float32Array,
  at: { readonly x: number; readonly output: number; readonly c: number },
  sizes: LstmSizes,
  wide: number,
  { x, h, c, output }: LstmRun,
  read: (steps: number) => void,
): void {
  const { time, batch, inputs, units } = sizes;
  const rows = { units, padded: blocksOf(units) * BLOCK };
  const state = batch * rows.padded;
  const most = stretch(sizes);
  if (inputs < wide) memory.fill(0, at.x, at.x + most * batch * wide);
  memory.fill(0, at.output, at.output + state).fill(0, at.c, at.c + state);
  copyIn(memory, at.output, h, 0, batch, rows);
  copyIn(memory, at.c, c, 0, batch, rows);
  for (let t = 0; t < time; t += most) {
    const steps = Math.min(most, time - t);
    copyIn(memory, at.x, x, t * batch, steps * batch, { units: inputs, padded: wide });
    read(steps);
    copyOut(memory, at.output + state, output, t * batch, steps * batch, rows);
    const last = at.output + steps * state;
    memory.copyWithin(at.output, last, last + state);
  }
  copyOut(memory, at.output, h, 0, batch, rows);
  copyOut(memory, at.c, c, 0, batch, rows);
}
