import type { UlmfitError } from '@ulmfit/errors';
import { z } from 'zod';
import { isDeep } from './json-depth.js';
import { duplicateKey } from './unique-keys.js';
import { brief } from '@ulmfit/errors';

/**
 * Parses JSON bytes and checks them, with errors of one line.
 * @param fail makes the error of a reason, such as `format: expected 1`
 */
export function validateJson<T>(
  schema: z.ZodType<T>,
  bytes: Uint8Array,
  fail: (what: string) => UlmfitError,
): T {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    json = JSON.parse(text);
  } catch {
    throw fail('it is not JSON in UTF-8; it is damaged or was edited');
  }
  if (isDeep(text)) throw fail('it is nested more than a hundred deep');
  const twice = duplicateKey(text);
  if (twice !== undefined) throw fail(`${brief(twice)} appears twice in it`);
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const at = issue && issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : '';
  throw fail(`${at}${(issue?.message ?? 'it is malformed').replace(/\s+/g, ' ')}`);
}

/**
 * A list of texts. Its first wrong item is told and no other: an array of zod's keeps an issue of hundreds of bytes for
 * each of a million wrong ones.
 */
export const textList = (isText: (text: string) => boolean, expected: string) =>
  z.array(z.unknown()).transform((items, context) => {
    const wrong = items.findIndex((item) => typeof item !== 'string' || !isText(item));
    if (wrong < 0) return items as string[];
    context.addIssue({ code: 'custom', path: [wrong], message: expected });
    return z.NEVER;
  });
