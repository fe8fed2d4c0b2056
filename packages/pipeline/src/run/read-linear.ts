import { existsSync } from 'node:fs';
import { readFile } from '@ulmfit/files';
import { linearFromBytes } from '@ulmfit/inference';
import type { LinearClassifier } from '@ulmfit/linear';

/**
 * The linear model that a run has trained; undefined where it has none.
 * @throws UlmfitError `BAD_LINEAR_MODEL`, `BAD_SAFETENSORS`, `FILE_ERROR`
 */
export const readLinear = (path: string): LinearClassifier | undefined =>
  existsSync(path) ? linearFromBytes(readFile(path), path) : undefined;
