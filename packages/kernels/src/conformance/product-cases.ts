import { type Rank, type Tensor } from '@tensorflow/tfjs-core';
import { product } from '../product.js';
import type { CaseParts } from './conformance-case.js';
import { integers, normal } from './draws.js';

export function productCases({ draws, large }: { draws: number; large: boolean }): CaseParts[] {
  const any = integers('products');
  const drawn = Array.from({ length: draws }, () => [any(1, 40), any(1, 40), any(1, 40)] as const);
  const blocks = [
    [205, 2051, 65],
    [1, 1025, 17],
    [400, 3, 33],
  ] as const;
  return [...drawn, ...(large ? blocks : [])].map(([m, k, n], seed): CaseParts => {
    const transposeA = seed % 2 === 1;
    const transposeB = seed % 4 > 1;
    return {
      name: `a product of [${m}, ${k}]${transposeA ? ' transposed' : ''} and [${k}, ${n}]${transposeB ? ' transposed' : ''}`,
      kernels: ['UlmfitProduct'],
      outputs: ['the product', 'the product with a bias'],
      scaled: true,
      compute: (): Tensor[] => {
        const a = normal<Rank.R2>(transposeA ? [k, m] : [m, k], seed, 'a');
        const b = normal<Rank.R2>(transposeB ? [n, k] : [k, n], seed, 'b');
        const bias = normal<Rank.R1>([n], seed, 'bias');
        return [product(a, b, { transposeA, transposeB }), product(a, b, { transposeA, transposeB, bias })];
      },
    };
  });
}
