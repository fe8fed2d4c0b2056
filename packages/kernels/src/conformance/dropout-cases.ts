import { fill, grad, mul, sum, type Tensor } from '@tensorflow/tfjs-core';
import { dropout } from '../dropout.js';
import { randomKey } from '../random-key.js';
import type { CaseParts } from './conformance-case.js';
import { integers, normal } from './draws.js';

interface Mask {
  readonly shape: number[];
  readonly maskShape: number[];
  readonly rate: number;
}

const kernels = ['UlmfitDropout'] as const;
const outputs = ['the values', 'the gradient'];

export function dropoutCases({ draws, large }: { draws: number; large: boolean }): CaseParts[] {
  const any = integers('dropout');
  const drawn = Array.from({ length: draws }, (_, i): Mask => {
    const shape = Array.from({ length: 1 + (i % 3) }, () => any(1, 40));
    return {
      shape,
      maskShape: shape.map((size) => (any(0, 1) === 0 ? 1 : size)),
      rate: [0.02, 0.25, 0.5, 0.9][i % 4] ?? 0.5,
    };
  });
  const blocks: readonly Mask[] = [
    { shape: [301, 257], maskShape: [301, 257], rate: 0.3 },
    { shape: [70, 8, 130], maskShape: [1, 8, 130], rate: 0.3 },
  ];
  const empty: readonly Mask[] = [
    { shape: [4, 0], maskShape: [4, 1], rate: 0.5 },
    { shape: [0, 5], maskShape: [1, 1], rate: 0.5 },
    { shape: [0, 5], maskShape: [0, 5], rate: 0.5 },
  ];
  return [
    ...[...drawn, ...(large ? blocks : []), ...empty].map(({ shape, maskShape, rate }, seed): CaseParts => ({
      name: `dropout: [${shape.join(', ')}] by a mask of [${maskShape.join(', ')}], rate ${rate}`,
      kernels,
      outputs,
      // The masks are one draw, on whatever machine.
      exact: true,
      compute: () => {
        const key = randomKey({ seed, stream: 'mask', step: 7 * seed, call: 3, microBatch: 0xffffffff });
        const [x, dy] = [normal(shape, seed, 'x'), normal(shape, seed, 'dy')];
        const drop = (t: Tensor) => dropout(t, rate, key, maskShape);
        return [drop(x), grad((t: Tensor) => sum(mul(drop(t), dy)))(x)];
      },
    })),
    {
      name: 'dropout lets NaN through, dropped or not',
      kernels,
      outputs,
      compute: () => [dropout(fill([200], NaN), 0.5, randomKey({ seed: 1, stream: 'nan' }))],
    },
  ];
}
