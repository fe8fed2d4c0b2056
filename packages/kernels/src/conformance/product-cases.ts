import { concat, ones, tensor2d, zeros, type Rank, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
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
  const sized = [...drawn, ...(large ? blocks : [])].map(([m, k, n], seed): CaseParts => {
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
  return [
    ...sized,
    {
      name: 'a product is NaN where a factor is one of any bits, and nowhere else',
      kernels: ['UlmfitProduct'],
      outputs: ['the product', 'the product with a bias'],
      compute: () => {
        const bits = Uint32Array.of(0x7fc00000, 0x7fffffff, 0xffffffff, 0xffc00001, 0x7f7f0000, 0x00000001);
        const factors = Float32Array.from([...new Float32Array(bits.buffer), Infinity, -Infinity]);
        const a = concat([tensor2d(factors, [8, 1]), ones([8, 1])], 1) as Tensor2D;
        const b = ones<Rank.R2>([2, 1]);
        return [product(a, b), product(a, b, { bias: zeros<Rank.R1>([1]) })];
      },
    },
  ];
}
