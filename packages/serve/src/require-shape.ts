import type { z } from '@hono/zod-openapi';
import { UlmfitError } from '@ulmfit/errors';

/**
 * A request's JSON as what it has to be.
 * @throws UlmfitError `REQUEST_TOO_LARGE` for too many or too long texts, `BAD_REQUEST` for all else
 */
export function requireShape<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = [
    'the body',
    ...(issue?.path ?? []).map((part) => (typeof part === 'number' ? `item ${part + 1}` : String(part))),
  ].join(': ');
  if (issue?.code === 'too_big')
    throw new UlmfitError(
      'REQUEST_TOO_LARGE',
      `${where} has more than ${issue.maximum} ${issue.origin === 'array' ? 'texts' : 'characters'}; ${issue.origin === 'array' ? 'send several requests' : 'cut it'}`,
    );
  throw new UlmfitError(
    'BAD_REQUEST',
    `${where}: ${issue?.message ?? 'has another form'}; GET /openapi.json says what it must be`,
  );
}
