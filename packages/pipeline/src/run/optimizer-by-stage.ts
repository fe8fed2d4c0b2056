import { brief, nearest, showName, UlmfitError } from '@ulmfit/errors';
import type { OptimizerFactory } from '@ulmfit/trainer';
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
  const given: unknown = optimizer;
  if (typeof given !== 'object' || given === null) throw bad('optimizer', given);
  if ('create' in optimizer) {
    const all = checked('optimizer', optimizer);
    return { pretrain: all, finetune: all, classify: all };
  }
  const unknown = Object.keys(given).find((key) => !stageKeys.some((stage) => stage === key));
  if (unknown !== undefined) {
    throw new UlmfitError(
      'BAD_OPTION',
      `optimizer: there is no stage ${brief(unknown)}, only ${stageKeys.join(', ')}; did you mean ${nearest(unknown, stageKeys) ?? 'all'}?`,
    );
  }
  for (const stage of stageKeys) {
    const one = optimizer[stage];
    if (one !== undefined) checked(`optimizer: ${stage}`, one);
  }
  const { all, pretrain = all, finetune = all, classify = all } = optimizer;
  return { pretrain, finetune, classify };
}

/** Plain JavaScript comes without types. */
function checked(name: string, optimizer: OptimizerFactory): OptimizerFactory {
  const { create, defaults }: Partial<Record<keyof OptimizerFactory, unknown>> = optimizer;
  if (typeof create === 'function' && typeof defaults === 'object' && defaults !== null) return optimizer;
  throw bad(name, optimizer);
}

const bad = (name: string, given: unknown): UlmfitError =>
  new UlmfitError(
    'BAD_OPTION',
    typeof given === 'function'
      ? `${name}: ${showName(given.name)} is a function; call it: ${showName(given.name)}()`
      : `${name}: ${brief(given)} is no optimizer; give { defaults, create(groups) }, such as adam() of @ulmfit/optimizers`,
  );
