import { isDeep } from '@ulmfit/checkpoint';
import { readFile } from '@ulmfit/files';
import type { z } from 'zod';

/**
 * A JSON file that a run wrote.
 * @param bad makes the error from what the file is, such as "not JSON"
 * @throws UlmfitError `FILE_ERROR`, and what `bad` makes
 */
export function readJson<T>(path: string, schema: z.ZodType<T>, bad: (what: string) => Error): T {
  const text = new TextDecoder().decode(readFile(path));
  if (isDeep(text)) throw bad('nested more than a hundred deep');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw bad('not JSON');
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  const where = issue?.path.map(String).join('.') || 'it';
  throw bad(`not what a run wrote (${where}: ${issue?.message ?? 'malformed'})`);
}
