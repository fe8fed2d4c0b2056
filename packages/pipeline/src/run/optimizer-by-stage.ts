import { brief, nearest, UlmfitError } from '@ulmfit/errors';
import { requireOptimizer, type OptimizerFactory } from '@ulmfit/trainer';
import { stageKeys } from './plugins-by-stage.js';
import type { TrainedStage } from './stage-name.js';

/**
 * Optimizers by the stage that they are for; a stage without one has the recipe's Adam.
 * @example
 * const optimizer: OptimizerByStage = { pretrain: sgd({ momentum: 0.9 }) };
 */
export interface OptimizerByStage {
  /** Of every stage that has none of its own. */
  readonly all?: OptimizerFactory | undefined;
  readonly pretrain?: OptimizerFactory | undefined;
  readonly finetune?: OptimizerFactory | undefined;
  readonly classify?: OptimizerFactory | undefined;
}

/** The optimizer of each stage that has another than the recipe's. */
export type StageOptimizers = Readonly<Record<TrainedStage, OptimizerFactory | undefined>>;

/**
 * @param optimizer one stands for that of all stages
 * @throws UlmfitError `BAD_OPTION` for what is no optimizer, and a stage that there is not
 */
export function optimizerByStage(optimizer: OptimizerFactory | OptimizerByStage = {}): StageOptimizers {
  if (isOne(optimizer)) {
    requireOptimizer(optimizer, 'optimizer');
    return { pretrain: optimizer, finetune: optimizer, classify: optimizer };
  }
  const unknown = Object.keys(optimizer).find((key) => !stageKeys.some((stage) => stage === key));
  if (unknown !== undefined) {
    throw new UlmfitError(
      'BAD_OPTION',
      `optimizer: unknown stage ${brief(unknown)}; the stages are ${stageKeys.join(', ')}; did you mean ${nearest(unknown, stageKeys) ?? 'all'}?`,
    );
  }
  for (const stage of stageKeys) {
    const one = optimizer[stage];
    if (one !== undefined) requireOptimizer(one, `optimizer: ${stage}`);
  }
  const { all, pretrain = all, finetune = all, classify = all } = optimizer;
  return { pretrain, finetune, classify };
}

/** Whatever is no object by stage is meant for one, in plain JavaScript a wrong one too. */
const isOne = (optimizer: OptimizerFactory | OptimizerByStage): optimizer is OptimizerFactory =>
  typeof optimizer !== 'object' || optimizer === null || 'create' in optimizer;
