import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dispose } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import { findModel } from '@ulmfit/inference/node';
import type { ClassificationTask, ReadTaskOptions } from '@ulmfit/text';
import { readModelBundle } from '../inference/read-model-bundle.js';
import { recipeTokenizer } from '../recipe/recipe-tokenizer.js';
import { readRun } from './read-run.js';
import { runFiles } from './run-files.js';

/** Characters of a task that tell its language. */
const LOOKED_AT = 50_000;
/** Twenty thousand English words are .87 to .95 of the tokens of an English task, and half of those of a German, French or Dutch text. */
const LEAST_KNOWN = 0.75;

export interface DefaultPretrainedOptions extends ReadTaskOptions {
  /** The name of the run's tokenizer. */
  readonly tokenizer: string;
  readonly backwards?: boolean | undefined;
  /** The run's folder: one that was begun keeps to what it began with. */
  readonly folder?: string | undefined;
  /** The folder from which packages are found. Default: that of the process. */
  readonly from?: string | undefined;
}

/**
 * The language model that a run of little text starts from where nothing else is said: `en`, if `@ulmfit/pretrained-en` is
 * installed and knows three quarters of the task's words. Undefined otherwise.
 * @throws what is wrong with the data or the package
 * @example
 * const pretrained = await defaultPretrained(task, { tokenizer: 'fastai' });
 */
export async function defaultPretrained(
  task: ClassificationTask,
  { tokenizer: name, backwards = false, folder, from, signal }: DefaultPretrainedOptions,
): Promise<string | undefined> {
  if (folder !== undefined && existsSync(join(folder, runFiles.config)))
    return readRun(folder).settings.pretrained;
  const found = installed(backwards ? 'en-backwards' : 'en', from);
  if (found === undefined) return undefined;
  const { bundle } = readModelBundle(found, 'pretrain', 'a language model');
  dispose(Object.values(bundle.weights));
  if (bundle.tokenizer.name !== name) return undefined;
  const known = new Set(bundle.vocabulary);
  const tokenizer = await recipeTokenizer(name);
  let characters = 0;
  let tokens = 0;
  let familiar = 0;
  for await (const text of task.languageModelTexts('train-and-unlabelled', { signal })) {
    for (const token of tokenizer.tokenize(text)) {
      tokens++;
      if (known.has(token)) familiar++;
    }
    characters += text.length;
    if (characters >= LOOKED_AT) break;
  }
  return familiar >= LEAST_KNOWN * tokens ? 'en' : undefined;
}

function installed(name: string, from: string | undefined): string | undefined {
  try {
    return findModel(name, { from }).path;
  } catch (error) {
    if (error instanceof UlmfitError && error.code === 'NO_MODEL') return undefined;
    throw error;
  }
}
