import { statSync } from 'node:fs';
import { showName, UlmfitError } from '@ulmfit/errors';

/** What is to be classified: texts themselves, or files of them (`-` for standard input). */
export type PredictInputs =
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  | { readonly kind: 'files'; readonly files: readonly string[] };

/** Ends as a file of texts does: such a word is no text. */
const looksLikeFile = /^\S+\.(csv|tsv|tab|jsonl|ndjson|txt)(\.gz)?$/i;

/**
 * Tells files from texts: `-`, and what is there as a file.
 * @throws UlmfitError `NO_SUCH_PATH`, `BAD_OPTION` for both at once
 */
export function predictInputs(words: readonly string[]): PredictInputs {
  const isFile = (word: string) =>
    word === '-' || statSync(word, { throwIfNoEntry: false })?.isFile() === true;
  const files = words.filter(isFile);
  const missing = words.find((word) => looksLikeFile.test(word) && !files.includes(word));
  if (missing !== undefined)
    throw new UlmfitError('NO_SUCH_PATH', `${showName(missing)}: no such file; check the path`);
  if (files.length === 0) return { kind: 'texts', texts: words };
  if (files.length === words.length) return { kind: 'files', files };
  throw new UlmfitError(
    'BAD_OPTION',
    `predict: ${showName(files[0] ?? '')} is a file but others are texts; give only texts, or only files and -`,
  );
}
