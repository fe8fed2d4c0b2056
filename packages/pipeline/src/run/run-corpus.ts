import { existsSync } from 'node:fs';
import { writeAtomically } from '@ulmfit/files';
import { UlmfitError } from '@ulmfit/errors';
import type { ReadTaskOptions, TextSource } from '@ulmfit/text';
import { z } from 'zod';
import { readJson } from './read-json.js';

const corpusSchema = z.object({ name: z.string(), fingerprint: z.string() });

/**
 * Holds a run to the general text that it began on, which the file keeps; a run without the file begins here.
 * @param isRead whether pretraining is done: the text is not needed then, and may be gone
 * @throws UlmfitError `OTHER_DATA` at other text, `BAD_RUN_TASK`, `FILE_ERROR`
 */
export async function holdCorpus(
  path: string,
  run: string,
  corpus: Pick<TextSource, 'name' | 'fingerprint'>,
  { isRead, ...options }: ReadTaskOptions & { readonly isRead: boolean },
): Promise<void> {
  const { name } = corpus;
  let fingerprint: string;
  try {
    fingerprint = await corpus.fingerprint(options);
  } catch (error) {
    if (isRead && error instanceof UlmfitError && error.code === 'NO_SUCH_PATH') return;
    throw error;
  }
  if (!existsSync(path)) {
    writeAtomically(path, `${JSON.stringify({ name, fingerprint }, null, 2)}\n`);
    return;
  }
  const kept = readJson(
    path,
    corpusSchema,
    (what) => new UlmfitError('BAD_RUN_TASK', `${path} is ${what}; remove it to go on with the present text`),
  );
  if (kept.fingerprint === fingerprint) return;
  throw new UlmfitError(
    'OTHER_DATA',
    `${run}: began with other text than ${name} holds now; restore it, or give another folder`,
  );
}
