import { readFileSync } from 'node:fs';
import type { z } from 'zod';

/**
 * A JSON file that a run wrote.
 * @param bad makes the error from what the file is, such as "not JSON"
 */
export function readJson<T>(path: string, schema: z.ZodType<T>, bad: (what: string) => Error): T {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw bad('not JSON');
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  const where = issue?.path.map(String).join('.') || 'it';
  throw bad(`not what a run wrote (${where}: ${issue?.message ?? 'malformed'})`);
}
