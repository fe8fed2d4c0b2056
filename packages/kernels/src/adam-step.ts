import { add, div, mul, sqrt, square, sub, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { runFast } from './run-fast.js';

/** One tensor's part in an update. All four tensors are of one shape. */
export interface AdamTensor {
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  /** The running mean of the gradients, zeros before the first step. */
  readonly mean: Tensor;
  /** The running mean of their squares, zeros before the first step. */
  readonly squares: Tensor;
  /** Which step of this tensor it is, from 1. */
  readonly step: number;
  /** The coefficient of decoupled weight decay, 0 for none. */
  readonly weightDecay: number;
}

/** What the tensors of one group share. */
export interface AdamSettings {
  readonly learningRate: number;
  /** Coefficient of the mean of the gradients. */
  readonly beta1: number;
  /** Coefficient of the mean of their squares. */
  readonly beta2: number;
  readonly epsilon: number;
}

/** The new values, the caller's to keep or dispose. */
export interface AdamResult {
  readonly parameter: Tensor;
  readonly mean: Tensor;
  readonly squares: Tensor;
}

/**
 * One step of Adam with decoupled weight decay for the tensors of a group (Kingma and Ba 2015, algorithm 1; Loshchilov
 * and Hutter 2019, algorithm 2; fastai's `Adam`). For each tensor, with its own `step` t:
 *
 *     m' = beta1 m + (1 - beta1) g        v' = beta2 v + (1 - beta2) g^2
 *     p' = p (1 - lr wd) - lr / (1 - beta1^t) * m' / (sqrt(v' / (1 - beta2^t)) + epsilon)
 *
 * Not differentiable, and nothing is read back.
 *
 * Fast kernel ({@link FastKernels}): `UlmfitAdamStep`, one call for the whole group, which gives new tensors.
 * A kernel may write into the memory of an input only where it knows that no other tensor shares it: a variable's
 * value may also stand in a checkpoint.
 * @example
 * const zero = zeros([2]);
 * const [next] = adamStep(
 *   [{ parameter: ones([2]), gradient: ones([2]), mean: zero, squares: zero, step: 1, weightDecay: 0 }],
 *   { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-5 },
 * );
 * next?.parameter.arraySync(); // [0.9, 0.9]
 */
export function adamStep(tensors: readonly AdamTensor[], settings: AdamSettings): AdamResult[] {
  if (tensors.length === 0) return [];
  return fastStep(tensors, settings) ?? tensors.map((t) => tidy(() => composedStep(t, settings)));
}

function fastStep(tensors: readonly AdamTensor[], settings: AdamSettings): AdamResult[] | undefined {
  const inputs: Record<`${'parameter' | 'gradient' | 'mean' | 'squares'}${number}`, Tensor> = {};
  tensors.forEach(({ parameter, gradient, mean, squares }, i) => {
    inputs[`parameter${i}`] = parameter;
    inputs[`gradient${i}`] = gradient;
    inputs[`mean${i}`] = mean;
    inputs[`squares${i}`] = squares;
  });
  const outputs = runFast('UlmfitAdamStep', inputs, {
    ...settings,
    steps: tensors.map((t) => t.step),
    weightDecays: tensors.map((t) => t.weightDecay),
  });
  return (
    outputs &&
    tensors.map((_, i) => {
      const [parameter, mean, squares] = outputs.slice(3 * i, 3 * i + 3) as [Tensor, Tensor, Tensor];
      return { parameter, mean, squares };
    })
  );
}

function composedStep(tensor: AdamTensor, settings: AdamSettings) {
  const { parameter, gradient, step, weightDecay } = tensor;
  const { learningRate, beta1, beta2, epsilon } = settings;
  const mean = add(mul(tensor.mean, beta1), mul(gradient, 1 - beta1));
  const squares = add(mul(tensor.squares, beta2), mul(square(gradient), 1 - beta2));
  // m / (sqrt(v / d) + e) = sqrt(d) m / (sqrt(v) + sqrt(d) e): one pass over the tensor less.
  const unbias = Math.sqrt(1 - beta2 ** step);
  const rate = (learningRate * unbias) / (1 - beta1 ** step);
  const decayed = weightDecay === 0 ? parameter : mul(parameter, 1 - learningRate * weightDecay);
  const update = div(mul(mean, rate), add(sqrt(squares), epsilon * unbias));
  return { parameter: sub(decayed, update), mean, squares };
}
