import {
  add,
  cast,
  expandDims,
  logSoftmax,
  mean,
  mul,
  neg,
  oneHot,
  reshape,
  softplus,
  sub,
  sum,
  tensor1d,
  tidy,
  type Rank,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { createClassifierHead, type ClassifierHead, type PoolingTaps } from '@ulmfit/awd-lstm';
import { parameterGroup, type Model } from '@ulmfit/trainer';
import type { FeatureBatch } from './feature-loader.js';

export interface LinearProbesConfig {
  /** Of a document. */
  readonly features: number;
  readonly classes: number;
  readonly multiLabel: boolean;
  /** Heads side by side. */
  readonly heads: number;
  /** The share of a label that is spread evenly over all classes. */
  readonly labelSmoothing: number;
  /** How much each class counts in the loss. */
  readonly classWeights?: readonly number[] | undefined;
  readonly seed: number;
}

/** What a pass of the probes gives. */
export interface ProbesOutput {
  /** The mean of the heads, `[batch, classes]`. */
  readonly logits: Tensor2D;
  /** `[batch, heads, classes]` */
  readonly each: Tensor3D;
}

export interface LinearProbes extends Model<FeatureBatch, ProbesOutput, Pick<PoolingTaps, 'head'>> {
  /** One head of `heads * classes` outputs. */
  readonly head: ClassifierHead;
}

/**
 * Linear heads over what a frozen encoder has pooled (linear probing), several at once. They share the normalisation and its shift, so that the
 * mean of them is one linear head, {@link meanHead}.
 */
export function createLinearProbes(config: LinearProbesConfig): LinearProbes {
  const { features, classes, multiLabel, heads, labelSmoothing, classWeights, seed } = config;
  const head = createClassifierHead([features, heads * classes], { seed, fixedStatistics: true });
  return {
    name: 'linear probes',
    head,
    // The scales stay 1: beside the weights they would only let the head fit more.
    groups: [
      parameterGroup(
        'head',
        head.parameters.filter(({ name }) => !name.endsWith('.gamma')),
      ),
    ],
    buffers: head.buffers,
    taps: ['head'],
    forward(batch, pass) {
      const logits = head.apply(batch.features, pass);
      const each = reshape<Rank.R3>(logits, [batch.features.shape[0], heads, classes]);
      return { each, logits: mean(each, 1) };
    },
    loss({ each }, { labels, draws }): Scalar {
      const hard = labels.rank === 1 ? oneHot(labels as Tensor1D, classes) : (labels as Tensor2D);
      const even = multiLabel ? 1 / 2 : 1 / classes;
      const soft = expandDims(add(mul(cast(hard, 'float32'), 1 - labelSmoothing), labelSmoothing * even), 1);
      const weights = classWeights && tensor1d([...classWeights], 'float32');
      const weighted = (x: Tensor): Tensor => (weights ? mul(x, weights) : x);
      // Of a text with one class: what the true class counts is what the text counts.
      const costs = multiLabel
        ? add(weighted(mul(soft, softplus(neg(each)))), mul(sub(1, soft), softplus(each)))
        : neg(weighted(mul(soft, logSoftmax(each))));
      const ofText = multiLabel ? mean(costs, 2) : sum(costs, 2);
      return mean(mul(ofText, draws));
    },
    targets: ({ features: rows }) => rows.shape[0],
    dispose() {
      for (const { variable } of [...head.parameters, ...head.buffers]) variable.dispose();
    },
  };
}

/**
 * The weights and buffers of the head that gives the mean of the probes' logits, by the names of a head without hidden layers. The tensors are
 * the caller's.
 */
export function meanHead(
  { head }: Pick<LinearProbes, 'head'>,
  { heads, classes, features }: Pick<LinearProbesConfig, 'heads' | 'classes' | 'features'>,
): Record<string, Tensor> {
  return Object.fromEntries(
    [...head.parameters, ...head.buffers].map(({ name, variable }) => [
      name,
      variable.shape.join() === [heads * classes, features].join()
        ? tidy(() => mean<Tensor>(reshape(variable, [heads, classes, features]), 0))
        : variable.clone(),
    ]),
  );
}
