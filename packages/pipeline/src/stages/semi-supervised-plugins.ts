import {
  rampUp,
  adversarialTraining,
  entropyMinimization,
  virtualAdversarialTraining,
  type Weight,
} from '@ulmfit/semi-supervised';
import { classifierLoader, type TokenCorpus } from '@ulmfit/text';
import type { Recipe, SemiSupervised } from '../recipe/recipe.js';

export interface SemiSupervisedReading {
  /** Texts without a label; without them the terms are of the training batches. */
  readonly unlabelled: TokenCorpus | undefined;
  readonly seed: number;
  readonly backwards: boolean;
  readonly multiLabel: boolean;
}

/**
 * The plugins of a recipe's `semiSupervised`. One that reads texts without a label keeps a state, so each stage has its own.
 */
export function semiSupervisedPlugins(
  { batchSize, window }: Recipe['classifier'],
  { adversarial, virtualAdversarial, entropy, share, rampUp: rising }: SemiSupervised,
  { unlabelled: documents, seed, backwards, multiLabel }: SemiSupervisedReading,
) {
  const unlabelled =
    documents &&
    classifierLoader(documents, undefined, {
      ...{ batchSize, window, backwards, seed, stage: 'unlabelled', shuffle: true },
    });
  const shape = rampUp(rising);
  // Where there are few labels the model knows nothing at first, and must not teach itself that.
  const weightOf = (weight: number): Weight => (rising === 0 ? weight : (at) => weight * shape(at));
  return [
    ...(adversarial > 0 ? [adversarialTraining({ share, weight: adversarial })] : []),
    ...(virtualAdversarial > 0
      ? [virtualAdversarialTraining({ share, weight: weightOf(virtualAdversarial), unlabelled, multiLabel })]
      : []),
    ...(entropy > 0 ? [entropyMinimization({ weight: weightOf(entropy), unlabelled, multiLabel })] : []),
  ];
}
