import type { Architecture } from '@ulmfit/awd-lstm';
import type { ClassificationTask, TaskSplit, Tokenizer } from '@ulmfit/text';
import type { EvaluationResult } from '../judge/evaluation-result.js';
import { loadDecidedClassifier } from '../inference/load-models.js';
import { recipeTokenizer } from '../recipe/recipe-tokenizer.js';
import type { RunOptions } from './run-options.js';
import { scoreTask } from './score-task.js';
import { userTokenCache } from '../tokens/user-token-cache.js';

export interface EvaluateModelsOptions extends Pick<
  RunOptions,
  'signal' | 'onEvent' | 'workers' | 'tokenCache' | 'explainMistakes'
> {
  /** Bundles or runs; several are averaged by their probabilities, such as a forward and a backward one. */
  readonly models: readonly string[];
  /** What there is to score, or what makes it of the classes of the first model. */
  readonly task: ClassificationTask | ((classes: readonly string[]) => Promise<ClassificationTask>);
  /** Which of the task's texts to score, or what chooses it. Default `test`, or `valid` where there are none. */
  readonly split?: TaskSplit | ((task: ClassificationTask) => TaskSplit) | undefined;
  /** What the models' words are cut by, where that is a tokenizer of your own: as of {@link loadClassifier}. */
  readonly tokenizer?: Tokenizer | string | undefined;
  /** What the models' encoders may be beside AWD-LSTM: as of {@link loadClassifier}. */
  readonly architectures?: readonly Architecture[] | undefined;
}

/**
 * Scores classifiers on a task's labelled texts.
 * @throws UlmfitError, or the signal's reason
 * @example
 * const { judgements } = await evaluateModels({ models: ['runs/mine', 'runs/backwards'], task });
 * console.log(judgements.neural.accuracy, judgements.neural.macro.f1);
 */
export async function evaluateModels(
  options: EvaluateModelsOptions,
): Promise<Omit<EvaluationResult, 'seconds'>> {
  const { models, split = scoredSplit, tokenCache, tokenizer: given, architectures, ...context } = options;
  const cache = userTokenCache(tokenCache, context.onEvent);
  const onWarning = (message: string) => context.onEvent?.({ type: 'warning', message });
  const tokenizer = typeof given === 'string' ? await recipeTokenizer(given) : given;
  const members = models.map((path) => loadDecidedClassifier(path, { tokenizer, architectures, onWarning }));
  try {
    const task =
      typeof options.task === 'function'
        ? await options.task(members[0]?.classifier.classes ?? [])
        : options.task;
    return await scoreTask(members, {
      ...context,
      ...{ task, cache, split: typeof split === 'function' ? split(task) : split },
    });
  } finally {
    for (const { classifier } of members) classifier.model.dispose();
  }
}

/**
 * The set that a task is scored on: test, or without test texts valid.
 * @example
 * scoredSplit({ counts: { train: 80, valid: 20, test: 0 } }); // 'valid'
 */
export const scoredSplit = ({
  counts: { test, valid },
}: Pick<ClassificationTask, 'counts'>): 'test' | 'valid' => (test > 0 || valid === 0 ? 'test' : 'valid');
