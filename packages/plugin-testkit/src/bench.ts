import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Loader, Metric, Model, OptimizerFactory, PluginList } from '@ulmfit/trainer';
import { momentumSgd } from './momentum-sgd.js';
import { toyTextLoader, toyTextModel, type ToyTextBatch, type ToyTextTaps } from './toy-text-model.js';

/** What something is tried on. A fit should take milliseconds: dozens are made. */
export interface Bench<Batch, Output, Taps> {
  /** Makes the model: the same weights each time. */
  readonly model: () => Model<Batch, Output, Taps>;
  /** At least two batches an epoch, of different sizes where the model allows it. */
  readonly train: Loader<Batch>;
  readonly validate?: Loader<Batch>;
  /** Default: SGD with momentum and a learning rate of 0.1. */
  readonly optimizer?: () => OptimizerFactory;
  readonly metrics?: readonly Metric<Batch, Output>[];
  /** Other plugins of the fit, such as one that is required. */
  readonly plugins?: () => PluginList<Batch, Output, Taps>;
  /** Default 4, and no fewer: some mistakes show from the third on. */
  readonly epochs?: number;
}

/** A bench of {@link toyTextModel}: two batches an epoch and a validation. */
export const toyTextBench: Bench<ToyTextBatch, Tensor2D, ToyTextTaps> = {
  model: toyTextModel,
  train: toyTextLoader([2, 1]),
  validate: toyTextLoader([2], 11),
  optimizer: () => momentumSgd(),
};
