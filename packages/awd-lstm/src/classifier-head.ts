import { matMul, relu, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Buffer, ForwardPass, Parameter } from '@ulmfit/trainer';
import { createBatchNorm } from './batch-norm.js';
import { uniformParameter } from './encoder.js';
import type { ClassifierTaps } from './taps.js';

export interface ClassifierHead {
  readonly parameters: readonly Parameter[];
  readonly buffers: readonly Buffer[];
  /** `[batch, features]` to logits `[batch, classes]`. */
  apply(pooled: Tensor2D, pass: ForwardPass<ClassifierTaps>): Tensor2D;
}

/**
 * Blocks of BatchNorm, dropout (a tap) and a linear layer without bias, with ReLU between (ULMFiT section 3.3).
 * @param sizes features in, of each hidden layer, and classes: such as `[1200, 50, 2]`
 */
export function createClassifierHead(sizes: readonly number[], seed: number): ClassifierHead {
  const blocks = sizes.slice(1).map((out, b) => {
    const features = sizes[b] as number;
    const norm = createBatchNorm(`head.${b}.norm`, features);
    const weight = uniformParameter(
      `head.${b}.linear.weight`,
      'weight',
      [out, features],
      1 / Math.sqrt(features),
      seed,
    );
    return { norm, weight };
  });
  return {
    parameters: blocks.flatMap(({ norm, weight }) => [norm.gamma, norm.beta, weight]),
    buffers: blocks.flatMap(({ norm }) => [norm.mean, norm.variance]),
    apply: (pooled, pass) =>
      blocks.reduce((x, { norm, weight }, block) => {
        const kept = pass.tap('head', norm.apply(x, pass), { block });
        const linear: Tensor2D = matMul(kept, weight.variable as Tensor2D, false, true);
        return block < blocks.length - 1 ? relu(linear) : linear;
      }, pooled),
  };
}
