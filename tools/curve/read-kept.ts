import { readFileSync } from 'node:fs';
import { UlmfitError } from '@ulmfit/errors';
import type { z } from 'zod';

/** Figures of an earlier call. @throws UlmfitError `BAD_RUN_RESULT` */
export function readKept<T>(path: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new UlmfitError('BAD_RUN_RESULT', `${path} does not hold figures; remove it to make them again`, {
      cause: error,
    });
  }
}
