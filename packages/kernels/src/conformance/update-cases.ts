import { fill, square, tensor1d, zerosLike, type Rank, type Tensor } from '@tensorflow/tfjs-core';
import { adamStep } from '../adam-step.js';
import { globalNorm } from '../global-norm.js';
import type { CaseParts } from './conformance-case.js';
import { integers, normal } from './draws.js';

/** What is done to all parameters of a group at once. */
export function updateCases({ draws, large }: { draws: number; large: boolean }): CaseParts[] {
  const any = integers('updates');
  const shapes = Array.from({ length: draws }, (_, i) =>
    Array.from({ length: 1 + (i % 5) }, () => Array.from({ length: any(0, 3) }, () => any(1, 12))),
  );
  const sizes = Array.from({ length: draws }, (_, i) =>
    Array.from({ length: 1 + (i % 6) }, () => (large && any(0, 1) === 0 ? any(16_300, 50_000) : any(1, 70))),
  );
  return [
    ...shapes.map((all, seed): CaseParts => {
      const step = 1 + 61 * seed;
      return {
        name: `Adam's step ${step} for ${all.map((shape) => `[${shape.join(', ')}]`).join(', ')}`,
        kernels: ['UlmfitAdamStep'],
        outputs: all.flatMap((_, i) => ['parameter', 'mean', 'squares'].map((what) => `${what} ${i}`)),
        compute: () => {
          const draw = (name: string, i: number, shape: number[]): Tensor =>
            normal(shape, seed, `${name}${i}`);
          const tensors = all.map((shape, i) => ({
            parameter: draw('p', i, shape),
            gradient: draw('g', i, shape),
            mean: draw('m', i, shape),
            squares: square(draw('v', i, shape)),
            step: step + i,
            weightDecay: i % 2 === 0 ? 0 : 0.1,
          }));
          const settings = { learningRate: 0.01, beta1: 0.8, beta2: 0.99, epsilon: 1e-5 };
          return adamStep(tensors, settings).flatMap((r) => [r.parameter, r.mean, r.squares]);
        },
      };
    }),
    ...(large ? [vanishing] : []),
    ...sizes.map((all, seed): CaseParts => ({
      name: `the norm of ${all.join(', ')} numbers together`,
      kernels: ['UlmfitGlobalNorm'],
      outputs: ['the norm'],
      compute: () => [globalNorm(all.map((size, i) => normal<Rank.R1>([size], seed, `x${i}`)))],
    })),
    {
      name: 'the norm is NaN where one number is',
      kernels: ['UlmfitGlobalNorm'],
      outputs: ['the norm'],
      compute: () => [globalNorm([tensor1d([1, NaN])])],
    },
  ];
}

/** As of words that are not met again: their means shrink to numbers too small for all their digits. For all threads to take part in. */
const vanishing: CaseParts = {
  name: "Adam's steps for means that shrink to nothing",
  kernels: ['UlmfitAdamStep'],
  outputs: ['mean 0', 'squares 0', 'mean 1', 'squares 1'],
  compute: () => {
    let states = [200_000, 100_000].map((size) => ({
      mean: fill([size], 2e-38) as Tensor,
      squares: fill([size], 2e-38) as Tensor,
    }));
    for (let step = 1; step <= 12; step++) {
      const tensors = states.map(({ mean, squares }) => ({
        ...{ parameter: zerosLike(mean), gradient: zerosLike(mean), mean, squares },
        ...{ step, weightDecay: 0 },
      }));
      states = adamStep(tensors, { learningRate: 0.01, beta1: 0.5, beta2: 0.5, epsilon: 1e-5 });
    }
    return states.flatMap(({ mean, squares }) => [mean, squares]);
  },
};
