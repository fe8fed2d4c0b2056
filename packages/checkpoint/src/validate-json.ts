import type { UlmfitError } from '@ulmfit/kernels';
import type { z } from 'zod';

/**
 * Parses JSON bytes and checks them, with errors of one line.
 * @param fail makes the error of a reason, such as `format: expected 1`
 */
export function validateJson<T>(
  schema: z.ZodType<T>,
  bytes: Uint8Array,
  fail: (what: string) => UlmfitError,
): T {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw fail('it is not JSON in UTF-8; it is damaged or was edited');
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const at = issue && issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : '';
  throw fail(`${at}${(issue?.message ?? 'it is malformed').replace(/\s+/g, ' ')}`);
}
