import { add, mean, mul, ones, rsqrt, square, sub, zeros, fill, type Tensor2D } from '@tensorflow/tfjs-core';
import { buffer, parameter, type Buffer, type ForwardPass, type Parameter } from '@ulmfit/trainer';

const MOMENTUM = 0.1;
const EPSILON = 1e-5;

/** A BatchNorm layer, see `createBatchNorm`. All its arrays are `[features]` and the caller's to dispose. */
export interface BatchNorm {
  /** The scale; begins at 1. */
  readonly gamma: Parameter;
  /** The shift; begins at .001. */
  readonly beta: Parameter;
  /** The running mean; begins at 0. */
  readonly mean: Buffer;
  /** The running unbiased variance; begins at 1. */
  readonly variance: Buffer;
  /** `[batch, features]` normalised: by the batch in training, by the running statistics else. */
  apply(x: Tensor2D, pass: ForwardPass): Tensor2D;
}

export interface BatchNormOptions {
  /** Whether training too normalises by the running statistics, and leaves them as they are. Default false. */
  readonly fixed?: boolean | undefined;
}

/**
 * BatchNorm (Ioffe and Szegedy 2015) over `[batch, features]` with PyTorch's conventions: the batch's biased variance normalises, the unbiased
 * one enters the running average with weight .1. A training batch of one row has no variance: it is normalised by the
 * running statistics and leaves them as they are. `beta` begins at .001, as fastai's does.
 * @example
 * const norm = createBatchNorm('head.norm', 8);
 * const y = inferencePass((pass) => norm.apply(ones([2, 8]), pass)); // [2, 8]
 */
export function createBatchNorm(
  name: string,
  features: number,
  { fixed = false }: BatchNormOptions = {},
): BatchNorm {
  const gamma = parameter(`${name}.gamma`, 'norm', ones([features]));
  const beta = parameter(`${name}.beta`, 'norm', fill([features], 1e-3));
  const runningMean = buffer(`${name}.mean`, zeros([features]));
  const runningVariance = buffer(`${name}.variance`, ones([features]));
  return {
    gamma,
    beta,
    mean: runningMean,
    variance: runningVariance,
    apply(x, pass) {
      const rows = x.shape[0];
      let centre = pass.read(runningMean);
      let variance = pass.read(runningVariance);
      if (pass.training && !fixed && rows > 1) {
        const [oldMean, oldVariance] = [centre, variance];
        centre = mean(x, 0);
        variance = mean(square(sub(x, centre)), 0);
        const blend = (old: typeof centre, now: typeof centre) =>
          add(mul(old, 1 - MOMENTUM), mul(now, MOMENTUM));
        pass.update(runningMean, blend(oldMean, centre));
        pass.update(runningVariance, blend(oldVariance, mul(variance, rows / (rows - 1))));
      }
      const normal = mul(sub(x, centre), rsqrt(add(variance, EPSILON)));
      return add(mul(normal, gamma.variable), beta.variable);
    },
  };
}
