import { matMul, relu, type Rank, type Tensor2D } from '@tensorflow/tfjs-core';
import { requireInteger, UlmfitError } from '@ulmfit/errors';
import type { Buffer, ForwardPass, Parameter } from '@ulmfit/trainer';
import { createBatchNorm } from './batch-norm.js';
import { uniformParameter } from './awd-lstm.js';
import type { PoolingTaps } from './taps.js';

/** The layers between the pooled document and its logits, see `createClassifierHead`. */
export interface ClassifierHead {
  readonly parameters: readonly Parameter[];
  readonly buffers: readonly Buffer[];
  /** `[batch, features]` to logits `[batch, classes]`. */
  apply(pooled: Tensor2D, pass: ForwardPass<Pick<PoolingTaps, 'head'>>): Tensor2D;
}

export interface ClassifierHeadOptions {
  /** Draws the first weights: an integer from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number | undefined;
  /** Whether BatchNorm normalises by the statistics that its buffers hold, in training too. Default false. */
  readonly fixedStatistics?: boolean | undefined;
}

/**
 * Blocks of BatchNorm, dropout (a tap) and a linear layer without bias, with ReLU between (ULMFiT section 3.3).
 * Weights from U(-1/sqrt(in), 1/sqrt(in)), as in PyTorch. Parameters and buffers are the caller's to dispose.
 * @param sizes features in, of each hidden layer, and classes: such as `[1200, 50, 2]`
 * @throws UlmfitError `BAD_CONFIG`
 * @example
 * const head = createClassifierHead([3 * 8, 50, 2], { seed: 1 }); // pooled features, hidden units, classes
 * const topics = createClassifier({ encoder: createGru({ vocabulary: 20, features: 8 }), classes: 2, head });
 */
export function createClassifierHead(
  sizes: readonly number[],
  { seed = 0, fixedStatistics = false }: ClassifierHeadOptions = {},
): ClassifierHead {
  if (sizes.length < 2) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `head: the sizes are [${sizes.join(', ')}]; it needs features and classes`,
    );
  }
  sizes.forEach((size, i) =>
    requireInteger(`head: size ${i} of [${sizes.join(', ')}]`, size, { code: 'BAD_CONFIG' }),
  );
  const blocks = sizes.slice(1).map((out, b) => {
    const features = sizes[b] as number;
    const norm = createBatchNorm(`head.${b}.norm`, features, { fixed: fixedStatistics });
    const weight = uniformParameter<Rank.R2>(
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
        const linear: Tensor2D = matMul(kept, weight.variable, false, true);
        return block < blocks.length - 1 ? relu(linear) : linear;
      }, pooled),
  };
}
