import {
  add,
  div,
  gather,
  logSoftmax,
  mean,
  mul,
  neg,
  oneHot,
  softplus,
  sub,
  sum,
  tensor1d,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/**
 * The mean cross-entropy of softmax logits. With weights the mean is weighted by those of the documents' classes, as
 * PyTorch's `CrossEntropyLoss(weight)` has it.
 * @param logits `[batch, classes]`
 * @param labels int32 `[batch]`
 */
export function crossEntropy(logits: Tensor2D, labels: Tensor1D, weights?: readonly number[]): Scalar {
  const [, classes] = logits.shape;
  const likelihoods = sum(mul(logSoftmax(logits), oneHot(labels, classes)), 1);
  if (!weights) return neg(mean(likelihoods));
  const each = gather(tensor1d([...weights], 'float32'), labels);
  return neg(div(sum(mul(likelihoods, each)), sum(each)));
}

/**
 * The mean over documents and classes of the binary cross-entropy of sigmoid logits, without a logarithm of 0 however large
 * they are. A weight multiplies what a class costs in the documents that have it, as the `pos_weight` of PyTorch's
 * `BCEWithLogitsLoss` does.
 * @param logits `[batch, classes]`
 * @param labels float32 `[batch, classes]`, from 0 to 1
 */
export function binaryCrossEntropy(logits: Tensor2D, labels: Tensor2D, weights?: readonly number[]): Scalar {
  // -log(sigmoid(x)) is softplus(-x), and -log(1 - sigmoid(x)) is softplus(x).
  const present = mul(labels, softplus(neg(logits)));
  const absent = mul(sub(1, labels), softplus(logits));
  return mean(add(weights ? mul(present, tensor1d([...weights], 'float32')) : present, absent));
}
