import type { Tensor2D } from '@tensorflow/tfjs-core';
import {
  createTrainer,
  type Metric,
  type OptimizerFactory,
  type PluginList,
  type SlicesOptions,
  type Trainer,
} from '@ulmfit/trainer';
import { momentumSgd, type MomentumSgdOptions } from './momentum-sgd.js';
import { toyModel, type ToyBatch, type ToyModelOptions, type ToyTaps } from './toy-model.js';

export type ToyTrainer = Trainer<ToyBatch, Tensor2D, ToyTaps>;

export interface ToyTrainerOptions extends ToyModelOptions, MomentumSgdOptions, SlicesOptions {
  readonly plugins?: PluginList<ToyBatch, Tensor2D, ToyTaps>;
  readonly metrics?: readonly Metric<ToyBatch, Tensor2D>[];
  /** Default: {@link momentumSgd} of `lr` and `average`. */
  readonly optimizer?: OptimizerFactory;
  /** Default 3. */
  readonly seed?: number;
}

/**
 * A trainer of {@link toyModel}.
 * @example
 * const trainer = toyTrainer({ plugins: [clipGlobalNorm(0.25)] });
 * await trainer.fit({ stage: 'toy', train: toyLoader(4), epochs: 2 });
 */
export function toyTrainer({
  plugins = [],
  metrics = [],
  lr = 0.1,
  average = false,
  optimizer = momentumSgd({ lr, average }),
  seed = 3,
  slices,
  collective,
  ...model
}: ToyTrainerOptions = {}): ToyTrainer {
  return createTrainer({ model: toyModel(model), optimizer, plugins, metrics, seed, slices, collective });
}
