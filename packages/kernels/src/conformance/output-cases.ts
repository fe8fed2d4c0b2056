import {
  add,
  div,
  grad,
  mul,
  round,
  tensor2d,
  type Rank,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { concatPooling } from '../concat-pooling.js';
import { embeddingLookup } from '../embedding-lookup.js';
import { meanSquare, meanSquareOfChanges } from '../mean-square.js';
import type { CaseParts } from './conformance-case.js';
import { integers, normal } from './draws.js';

interface Outputs {
  readonly time: number;
  readonly batch: number;
  readonly features: number;
  readonly seed: number;
}

function penalties(x: Tensor): Tensor[] {
  const both = (t: Tensor) => add(meanSquare(t, 2), meanSquareOfChanges(t, 3));
  return [meanSquare(x, 2), meanSquareOfChanges(x, 3), grad(both)(x)];
}

/** Of few different numbers, so that the largest of a feature is there more than once. */
function pooled({ time, batch, features, seed }: Outputs): Tensor[] {
  const output = div(round(mul(normal<Rank.R3>([time, batch, features], seed, 'x'), 3)), 10) as Tensor3D;
  const ends = Array.from({ length: batch }, (_, row) => (seed + 7 * row) % time);
  const begins = ends.map((end, row) => (seed + row) % (end + 1));
  const mask = (of: (t: number, row: number) => boolean) =>
    tensor2d(
      Array.from({ length: time }, (_, t) => ends.map((_, row) => Number(of(t, row)))),
      [time, batch],
    );
  const counted = mask((t, row) => t >= (begins[row] ?? 0) && t <= (ends[row] ?? 0));
  const last = mask((t, row) => t === ends[row]);
  const dy = normal<Rank.R2>([batch, 3 * features], seed, 'dy');
  const pool = (x: Tensor) => concatPooling(x as Tensor3D, counted, last);
  return [pool(output), grad((x: Tensor) => mul(pool(x), dy))(output)];
}

function looked({ time, batch, features, seed }: Outputs, pad: number | undefined): Tensor[] {
  const table = normal<Rank.R2>([6, features], seed, 'table');
  const ids = tensor2d(
    Array.from({ length: batch * time }, (_, i) => (seed + i * i) % 6),
    [batch, time],
    'int32',
  );
  const dy = normal<Rank.R3>([batch, time, features], seed, 'dy');
  return [grad((t: Tensor) => mul(embeddingLookup(t as Tensor2D, ids, pad), dy))(table)];
}

/** What is made of the outputs of a window, and of its ids. */
export function outputCases({ draws }: { draws: number }): CaseParts[] {
  const any = integers('outputs');
  const drawn = Array.from({ length: draws }, (_, seed): Outputs => ({
    time: seed % 3 === 2 ? any(60, 80) : any(1, 9),
    ...{ batch: any(1, 9), features: any(1, 70), seed },
  }));
  const named = ({ time, batch, features }: Outputs) => `[${time}, ${batch}, ${features}]`;
  const squares = { kernels: ['UlmfitSquareSum', 'UlmfitSquareSumGrad'] } as const;
  return [
    ...drawn.map((sizes): CaseParts => ({
      ...squares,
      name: `mean squares, of changes too: ${named(sizes)}`,
      outputs: ['the mean square', 'the mean square of changes', 'the gradient of both'],
      compute: () => penalties(normal<Rank.R3>([sizes.time, sizes.batch, sizes.features], sizes.seed, 'x')),
    })),
    {
      ...squares,
      name: 'mean squares are NaN where one number is',
      outputs: ['the mean square', 'the mean square of changes', 'the gradient of both'],
      compute: () => penalties(tensor2d([1, NaN, 2, 3], [2, 2])),
    },
    ...drawn.map((sizes): CaseParts => ({
      name: `concat pooling, the gradient shared among equal largest ones: ${named(sizes)}`,
      kernels: ['UlmfitConcatPooling', 'UlmfitConcatPoolingGrad'],
      outputs: ['the pooled', 'the gradient'],
      compute: () => pooled(sizes),
    })),
    ...drawn.map((sizes): CaseParts => {
      const pad = sizes.seed % 2 === 0 ? undefined : sizes.seed % 6;
      return {
        name: `the gradient of an embedding: ${named(sizes)}, padding ${pad ?? 'none'}`,
        kernels: ['UlmfitEmbeddingGrad'],
        outputs: ['the gradient of the table'],
        compute: () => looked(sizes, pad),
      };
    }),
  ];
}
