import {
  grads,
  mul,
  sum,
  type Rank,
  type ShapeMap,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import type { FastKernelName } from '../kernel-names.js';
import { lstmLayer, type LstmNeeds } from '../lstm-layer.js';
import type { CaseParts } from './conformance-case.js';
import { integers, normal } from './draws.js';

interface Sizes {
  readonly time: number;
  readonly batch: number;
  readonly input: number;
  readonly hidden: number;
}

interface LstmCase extends Sizes {
  readonly seed: number;
  /** Takes the place of the first number of an input, or of the output's gradient. */
  readonly broken?: { readonly name: 'x' | 'bi' | 'dy'; readonly by: number };
}

/** What a layer reads. */
function inputsOf({ time, batch, input, hidden, seed, broken }: LstmCase) {
  const draw = <R extends Rank>(name: string, ...shape: number[]) => {
    // The casts: each call below gives as many sizes as its rank has.
    const drawn = normal<R>(shape as readonly number[] as ShapeMap[R], seed, name, 0.5);
    return broken?.name === name ? (withFirst(drawn, broken.by) as Tensor<R>) : drawn;
  };
  return {
    x: draw<Rank.R3>('x', time, batch, input),
    state: { h: draw<Rank.R2>('h', batch, hidden), c: draw<Rank.R2>('c', batch, hidden) },
    weights: [
      draw<Rank.R2>('ih', 4 * hidden, input),
      // As large as trained ones: larger ones make a chaos of which no two computations agree.
      normal<Rank.R2>([4 * hidden, hidden], seed, 'hh', 1 / Math.sqrt(hidden)),
      draw<Rank.R1>('bi', 4 * hidden),
      draw<Rank.R1>('bh', 4 * hidden),
    ] as const,
    dy: draw<Rank.R3>('dy', time, batch, hidden),
  };
}

function withFirst(x: Tensor, value: number): Tensor {
  const buffer = x.bufferSync();
  buffer.values[0] = value;
  return buffer.toTensor();
}

/** Output, state and gradients. */
function trained(which: LstmCase, needs?: LstmNeeds): Tensor[] {
  const { x, state, weights, dy } = inputsOf(which);
  const layer = (...all: Tensor[]) => {
    const [x, weightIh, weightHh, biasIh, biasHh] = all as [Tensor3D, Tensor2D, Tensor2D, Tensor1D, Tensor1D];
    return lstmLayer(x, state, { weightIh, weightHh, biasIh, biasHh }, needs);
  };
  const { output, state: last } = layer(x, ...weights);
  const gradients = grads((...all: Tensor[]) => sum(mul(layer(...all).output, dy)));
  return [output, last.h, last.c, ...gradients([x, ...weights])];
}

/** Output and state of a layer of which no gradient is asked. */
function read(which: LstmCase): Tensor[] {
  const { x, state, weights } = inputsOf(which);
  const [weightIh, weightHh, biasIh, biasHh] = weights;
  const needs = { input: false, weights: false };
  const { output, state: last } = lstmLayer(x, state, { weightIh, weightHh, biasIh, biasHh }, needs);
  return [output, last.h, last.c];
}

const values = ['the output', 'the last h', 'the last c'];
const gradients = ['x', 'weightIh', 'weightHh', 'biasIh', 'biasHh'].map((name) => `the gradient of ${name}`);

/** Sizes that fill the blocks and the threads of a kernel. */
const blocks: readonly Sizes[] = [
  ...[10, 12, 20, 200, 400].map((hidden) => ({ time: 24, batch: 13, input: 8, hidden })),
  // More rows than are laid out at once, an odd number in a step, and a first part that is shorter.
  { time: 23, batch: 97, input: 45, hidden: 51 },
  { time: 25, batch: 75, input: 16, hidden: 100 },
];

/** Where there is one of something, or a block is just full. */
const edges: readonly Sizes[] = [
  { time: 1, batch: 1, input: 1, hidden: 1 },
  { time: 4, batch: 1, input: 17, hidden: 9 },
  { time: 1, batch: 5, input: 8, hidden: 16 },
];

/** The kernels that make a layer, and the large sizes for them. */
const ways: readonly { kernels: readonly FastKernelName[]; largest: readonly Sizes[] }[] = [
  { kernels: ['UlmfitLstmLayer', 'UlmfitLstmLayerGrad'], largest: blocks },
  {
    kernels: ['UlmfitLstmRecurrence', 'UlmfitLstmRecurrenceGrad', 'UlmfitProduct'],
    largest: [12, 33, 200].map((hidden) => ({ time: 5, batch: 17, input: 8, hidden })),
  },
];

export function lstmCases({ draws, large }: { draws: number; large: boolean }): CaseParts[] {
  const any = integers('lstm');
  const drawn = Array.from({ length: draws }, (_, i): Sizes => ({
    time: any(1, 6),
    // Some kernels take few rows by another way than many.
    batch: i % 3 === 2 ? any(31, 40) : any(1, 30),
    input: any(1, 20),
    hidden: any(1, 70),
  }));
  const named = ({ time, batch, input, hidden }: Sizes) => `[${time}, ${batch}, ${input}] to ${hidden} units`;
  const small = { time: 3, batch: 7, input: 5, hidden: 6, seed: 1 };
  const few = [1, 2, 3, 4, 5].map((batch): Sizes => ({
    ...{ time: any(1, 6), batch, input: any(1, 20), hidden: any(1, 90) },
  }));
  return [
    ...ways.flatMap(({ kernels, largest }): CaseParts[] => [
      ...[...drawn, ...edges, ...(large ? largest : [])].map((sizes, seed): CaseParts => ({
        name: `an LSTM layer: ${named(sizes)}`,
        kernels,
        outputs: [...values, ...gradients],
        // Gradients sum over many rows, and single ones cancel out.
        scaled: true,
        compute: () => trained({ ...sizes, seed }),
      })),
      ...[
        { input: true, weights: false },
        { input: false, weights: true },
        { input: false, weights: false },
      ].map((needs): CaseParts => ({
        name: `an LSTM layer that needs ${JSON.stringify(needs)}: zeros for the others`,
        kernels,
        outputs: [...values, ...gradients],
        compute: () => trained(small, needs),
      })),
      ...(
        [
          ['lets NaN through, to its own row alone', { name: 'x', by: NaN }],
          ['is finite where a gate is open without bounds', { name: 'bi', by: Infinity }],
          ['lets NaN through in the gradient, to its own row and unit alone', { name: 'dy', by: NaN }],
        ] as const
      ).map(([what, broken]): CaseParts => ({
        name: `an LSTM layer ${what}`,
        kernels,
        outputs: [...values, ...gradients],
        compute: () => trained({ ...small, broken }),
      })),
    ]),
    ...[['UlmfitLstmInference', 'UlmfitProduct'] as const, ['UlmfitLstmLayer'] as const].flatMap((kernels) =>
      few.map((sizes, seed): CaseParts => ({
        name: `an LSTM layer without a gradient: ${named(sizes)}`,
        kernels,
        outputs: values,
        compute: () => read({ ...sizes, seed }),
      })),
    ),
  ];
}
