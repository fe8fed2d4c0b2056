import { TEXT_SETS, type TextSet } from '@ulmfit/text';

const NAMES: Readonly<Record<TextSet, readonly string[]>> = {
  train: ['train', 'training'],
  valid: ['valid', 'validation', 'val', 'dev', 'development'],
  test: ['test', 'testing'],
  unlabelled: ['unlabelled', 'unlabeled', 'unsup', 'unsupervised'],
};

/** The set that a word of a split column, or the name of a folder, stands for. */
export function splitName(value: string): TextSet | undefined {
  const word = value.trim().toLowerCase();
  return TEXT_SETS.find((set) => NAMES[set].includes(word));
}
