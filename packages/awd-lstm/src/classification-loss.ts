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

/** How labels enter a loss. */
export interface LabelTreatment {
  /** How much each class counts. */
  readonly weights?: readonly number[] | undefined;
  /** The share of a label that is spread evenly over all classes (Szegedy et al. 2016, section 7). Default 0. */
  readonly smoothing?: number | undefined;
}

/**
 * The mean cross-entropy of softmax logits. With weights the mean is weighted by those of the documents' classes; weights and
 * smoothing are those of PyTorch's `CrossEntropyLoss(weight, label_smoothing)`.
 * @param logits `[batch, classes]`
 * @param labels int32 `[batch]`
 */
export function crossEntropy(
  logits: Tensor2D,
  labels: Tensor1D,
  { weights, smoothing = 0 }: LabelTreatment = {},
): Scalar {
  const [, classes] = logits.shape;
  const likelihoods = logSoftmax(logits);
  const own = sum(mul(likelihoods, oneHot(labels, classes)), 1);
  const ofClasses = weights && tensor1d([...weights], 'float32');
  const each = ofClasses && gather(ofClasses, labels);
  const total = each ? div<Scalar>(sum(mul(own, each)), sum(each)) : mean<Scalar>(own);
  if (smoothing === 0) return neg(total);
  const all = sum(ofClasses ? mul(likelihoods, ofClasses) : likelihoods, 1);
  const spread = each ? div<Scalar>(sum(all), sum(each)) : mean<Scalar>(all);
  return neg(add(mul(total, 1 - smoothing), mul(spread, smoothing / classes)));
}

/**
 * The mean over documents and classes of the binary cross-entropy of sigmoid logits, without a logarithm of 0 however large
 * they are. A weight multiplies what a class costs in the documents that have it, as the `pos_weight` of PyTorch's
 * `BCEWithLogitsLoss` does.
 * @param logits `[batch, classes]`
 * @param hard float32 `[batch, classes]`, from 0 to 1
 */
export function binaryCrossEntropy(
  logits: Tensor2D,
  hard: Tensor2D,
  { weights, smoothing = 0 }: LabelTreatment = {},
): Scalar {
  // Each class is told from its absence: two classes, between which the share is spread.
  const labels = smoothing === 0 ? hard : add(mul(hard, 1 - smoothing), smoothing / 2);
  // -log(sigmoid(x)) is softplus(-x), and -log(1 - sigmoid(x)) is softplus(x).
  const present = mul(labels, softplus(neg(logits)));
  const absent = mul(sub(1, labels), softplus(logits));
  return mean(add(weights ? mul(present, tensor1d([...weights], 'float32')) : present, absent));
}
