import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TEXT_SETS, type TextSet } from '@ulmfit/text';
import { describeFileError } from './path-kind.js';
import { splitName } from './split-name.js';

/**
 * The files of a folder that are named after sets, such as `train.csv` and `test.csv`; undefined where there is none for training,
 * or two for one set.
 * @throws UlmfitError `FILE_ERROR`
 */
export async function splitFiles(folder: string): Promise<ReadonlyMap<TextSet, string> | undefined> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw describeFileError(folder, error);
  });
  const found = names.flatMap((name) => {
    const stem = /^([^.]+)\.(?:csv|tsv|tab|jsonl|ndjson|json|txt)(?:\.gz)?$/i.exec(name)?.[1];
    const set = stem === undefined ? undefined : splitName(stem);
    return set === undefined ? [] : [[set, join(folder, name)] as const];
  });
  const files = new Map(found.sort(([a], [b]) => TEXT_SETS.indexOf(a) - TEXT_SETS.indexOf(b)));
  return files.size === found.length && files.has('train') ? files : undefined;
}
