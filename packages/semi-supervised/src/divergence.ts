import {
  add,
  exp,
  logSigmoid,
  logSoftmax,
  mean,
  mul,
  neg,
  sigmoid,
  sub,
  sum,
  type Scalar,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/** How logits are read: one class a text (softmax), or any number of them (a sigmoid each). */
export interface LabelOptions {
  /** Whether a text may have several classes. Default false. */
  readonly multiLabel?: boolean | undefined;
}

/**
 * Kullback-Leibler divergence of what logits say from what others have said, the mean over the texts of `sum p log(p / q)`; with
 * several classes a text, of the sum over the classes, each with its complement.
 * @param from logits `[texts, classes]` of `p`, a constant: no gradient flows into them
 * @param to logits `[texts, classes]` of `q`
 */
export function divergence(from: Tensor2D, to: Tensor2D, { multiLabel = false }: LabelOptions = {}): Scalar {
  const each = multiLabel
    ? add(crossed(from, to), crossed(neg(from), neg(to)))
    : mul(exp(logSoftmax(from)), sub(logSoftmax(from), logSoftmax(to)));
  return mean(sum(each, 1));
}

/** `p log(p / q)` of one side of a binary choice. */
const crossed = (from: Tensor, to: Tensor): Tensor =>
  mul(sigmoid(from), sub(logSigmoid(from), logSigmoid(to)));

/**
 * The mean entropy of what logits say of each text, in nats.
 * @param logits `[texts, classes]`
 */
export function entropy(logits: Tensor2D, { multiLabel = false }: LabelOptions = {}): Scalar {
  const each = multiLabel
    ? add(mul(sigmoid(logits), logSigmoid(logits)), mul(sigmoid(neg(logits)), logSigmoid(neg(logits))))
    : mul(exp(logSoftmax(logits)), logSoftmax(logits));
  return neg(mean(sum(each, 1)));
}
