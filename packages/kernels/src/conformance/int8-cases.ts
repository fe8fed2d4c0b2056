import { type Rank, type Tensor, type Tensor2D, abs, div, max, mul, round } from '@tensorflow/tfjs-core';
import { lstmLayer } from '../lstm-layer.js';
import type { CaseParts } from './conformance-case.js';
import { normal } from './draws.js';

/**
 * A kernel may round inputs and states to 16 bits to multiply them by the whole numbers of an int8 model's weights: a gate is then off
 * by the sum of a row's weights, without their signs, over 65,534. That is twice this at most here, if no two errors cancel out.
 */
const ROUNDED = 1e-4;

/** Time, batch, input, hidden. */
const sizes = [
  [9, 1, 30, 64],
  [3, 1, 65, 128],
  [6, 2, 66, 77],
  [5, 3, 1, 100],
  [4, 4, 67, 81],
  [3, 7, 17, 65],
] as const;

/** Layers of an int8 model, of which no gradient is asked. */
export function int8Cases(): CaseParts[] {
  const parts = {
    kernels: ['UlmfitLstmLayer'],
    outputs: ['the output', 'the last h', 'the last c'],
    rounded: ROUNDED,
  } as const;
  return [
    ...sizes.map((each): CaseParts => ({
      ...parts,
      name: `an int8 LSTM layer: [${each.slice(0, 3).join(', ')}] to ${each[3]} units`,
      compute: () => read(each),
    })),
    ...(['x', 'h', 'c'] as const).flatMap((name) =>
      [NaN, Infinity].slice(0, name === 'c' ? 2 : 1).map((by): CaseParts => ({
        ...parts,
        name: `an int8 LSTM layer with ${by} in ${name}, which comes through to its own row alone`,
        compute: () => read([4, 3, 5, 70], { name, by }),
      })),
    ),
  ];
}

/** Weights as an int8 model has them: each row whole numbers from -127 to 127 by a scale. */
function int8(weight: Tensor): Tensor2D {
  const scales = div(max(abs(weight), 1, true), 127);
  return mul(round(div(weight, scales)), scales);
}

function read(
  [time, batch, input, hidden]: readonly [number, number, number, number],
  broken?: { readonly name: string; readonly by: number },
): Tensor[] {
  const draw = <R extends Rank>(name: string, shape: readonly number[], deviation = 0.5) => {
    const drawn = normal(shape, hidden, name, deviation).bufferSync();
    // One unit of the middle row.
    if (broken?.name === name)
      drawn.values[Math.floor(drawn.size / (2 * (time === shape[0] ? time : 1)))] = broken.by;
    return drawn.toTensor() as Tensor<R>;
  };
  const { output, state } = lstmLayer(
    draw<Rank.R3>('x', [time, batch, input]),
    { h: draw<Rank.R2>('h', [batch, hidden]), c: draw<Rank.R2>('c', [batch, hidden]) },
    {
      weightIh: int8(draw('ih', [4 * hidden, input], 1 / Math.sqrt(input))),
      weightHh: int8(draw('hh', [4 * hidden, hidden], 1 / Math.sqrt(hidden))),
      biasIh: draw<Rank.R1>('bi', [4 * hidden]),
      biasHh: draw<Rank.R1>('bh', [4 * hidden]),
    },
    { input: false, weights: false },
  );
  return [output, state.h, state.c];
}
