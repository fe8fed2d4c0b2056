import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readBundle, readBundleFile, type Bundle } from '@ulmfit/checkpoint';
import { UlmfitError } from '@ulmfit/errors';

/** A bundle, and what messages call it. */
export interface ModelBundle {
  readonly bundle: Bundle;
  readonly label: string;
}

/**
 * Reads a language model from its one file, its folder, or a run: the fine-tuned one, else the pretrained one.
 * @throws UlmfitError as {@link readModelBundle} does
 */
export function readLanguageModelBundle(path: string): ModelBundle {
  const part = existsSync(join(path, 'finetune', 'bundle.json')) ? 'finetune' : 'pretrain';
  return readModelBundle(path, part, 'language model');
}

/**
 * Reads a model from its one file, its folder, or the part of a run that is one. The caller owns the tensors.
 * @param part the folder of a run's model
 * @param what it is, for messages
 * @throws UlmfitError `NO_MODEL`, `BAD_BUNDLE`, `BAD_ZIP`, `BAD_SAFETENSORS`, `FILE_ERROR`
 */
export function readModelBundle(path: string, part: string, what: string): ModelBundle {
  if (statSync(path, { throwIfNoEntry: false })?.isFile())
    return { bundle: readBundleFile(path), label: path };
  const folder = [path, join(path, part)].find((candidate) => existsSync(join(candidate, 'bundle.json')));
  if (folder !== undefined) return { bundle: readBundle(folder), label: folder };
  throw new UlmfitError(
    'NO_MODEL',
    `${path}: holds no ${what}; give the folder of a run that has trained one, or of its ${part}/`,
  );
}
