import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyEncoder, AwdLstmEncoder } from '@ulmfit/awd-lstm';
import { rowsTask, type ClassificationTask, type RowsTaskOptions } from '@ulmfit/text';
import type { EvaluationResult } from '../judge/evaluation-result.js';
import { loadClassifier } from '../inference/load-classifier.js';
import type { LoadedClassifier } from '@ulmfit/inference';
import { recipeTokenizer } from '../recipe/recipe-tokenizer.js';
import { presets, type Recipe } from '../recipe/recipe.js';
import { readingAllTexts, recommendedPreset } from '../recipe/recommended-recipe.js';
import { defaultPretrained } from './default-pretrained.js';
import type { RunResult } from './run-result.js';
import { run } from './run.js';
import type { RunOptions } from './run-options.js';

/**
 * Labelled rows, and what differs from the defaults: `recipe`, `plugins` and `optimizer` by stage, `folder`, `signal`, `onEvent`, and
 * all else that {@link run} takes.
 */
export type TrainTextClassifierOptions<E extends AnyEncoder = AwdLstmEncoder> = RowsTaskOptions &
  Partial<Omit<RunOptions<E>, 'task' | 'stages' | 'encoder'>>;

export interface TrainedTextClassifier {
  /** Ready to use; the caller's to dispose. */
  readonly classifier: LoadedClassifier;
  /** All figures on the test rows, or without any on those that validated; undefined where there are neither. */
  readonly report: EvaluationResult | undefined;
  /** The figures of every stage. */
  readonly result: RunResult;
}

/**
 * Trains a text classifier on rows in memory: the plain baseline, a language model on all texts, a classifier on the labelled
 * ones, a blend of both, and their score. Without a recipe, texts of two to thirty megabytes start from `@ulmfit/pretrained-en` where that
 * is installed and knows their words. Choose the backend first (`useBackend()` of `@ulmfit/backend-node`).
 *
 * Rows with `label` make a task with exactly one class per text, rows with `labels` one with any number. With a `folder` the run is
 * kept there, and the same call resumes after a crash; without one nothing is left on disk.
 * @throws Interrupted when the signal was aborted; UlmfitError for rows that can't be learnt from
 * @example
 * const { classifier, report } = await trainTextClassifier({ train: rows, unlabelled: texts, test });
 * console.log(report?.judgements.neural.accuracy);
 * const [prediction] = await classifier.predict(['My card was charged twice.']);
 * @example
 * await trainTextClassifier({
 *   ...{ train: rows, recipe, folder: 'runs/rows', signal },
 *   optimizer: { classify: sgd({ momentum: 0.9 }) },
 *   plugins: { classify: [activationL1(1)] }, // any plugin whose taps the classifier has
 *   onEvent: (event) => event.type === 'epoch' && console.log(event.values),
 * });
 */
export async function trainTextClassifier<E extends AnyEncoder = AwdLstmEncoder>(
  options: TrainTextClassifierOptions<E>,
): Promise<TrainedTextClassifier> {
  const { seed = 1 } = options;
  const task = rowsTask({ ...options, seed });
  const { recipe, pretrained } = options.recipe
    ? { ...options, recipe: options.recipe }
    : await defaults(task, options);
  const isTemporary = options.folder === undefined;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'ulmfit-'));
  try {
    const result = await run({
      ...options,
      folder,
      task,
      recipe,
      pretrained,
      seed,
      stages: stagesOf(task.counts),
    });
    // Of a custom tokenizer the model only has the name.
    const tokenizer = await recipeTokenizer(recipe.tokenizer);
    const architectures = options.architecture ? [options.architecture] : [];
    const classifier = await loadClassifier(folder, { tokenizer, architectures });
    return { classifier, report: result.evaluate, result };
  } finally {
    if (isTemporary) rmSync(folder, { recursive: true, force: true });
  }
}

/** The recipe by the amount of text, and for little of it an installed language model. */
async function defaults(
  task: ClassificationTask,
  {
    corpus,
    pretrained,
    architecture,
    transfer = true,
    ...options
  }: Partial<Omit<RunOptions<AnyEncoder>, 'task'>>,
): Promise<{ recipe: Recipe; pretrained: string | undefined }> {
  const preset = await recommendedPreset(task, options);
  const recipe = readingAllTexts(presets[preset]);
  const isMissing = preset === 'own-data' && transfer && !corpus && pretrained === undefined && !architecture;
  return {
    recipe,
    pretrained: isMissing
      ? await defaultPretrained(task, { ...options, tokenizer: recipe.tokenizer })
      : pretrained,
  };
}

/** All, but for the score where nothing was held out. */
const stagesOf = ({ test, valid }: { readonly test: number; readonly valid: number }) => [
  ...(['linear', 'pretrain', 'finetune', 'classify'] as const),
  ...(test + valid > 0 ? (['evaluate'] as const) : []),
];
