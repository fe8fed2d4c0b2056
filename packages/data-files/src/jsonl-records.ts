import { UlmfitError } from '@ulmfit/errors';
import { numberedLines } from './line-records.js';
import type { TextRecord } from './text-record.js';

/**
 * The objects of a JSONL file, one a line; blank lines are skipped.
 * @throws UlmfitError `BAD_JSON`, with the line.
 */
export async function* jsonlRecords(
  blocks: AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<TextRecord, void> {
  for await (const { text, line } of numberedLines(blocks)) {
    if (text.trim() === '') continue;
    const json = parseObject(text);
    if (json === undefined) {
      const hint = text.trimStart().startsWith('[') ? ', not a list' : '';
      throw new UlmfitError(
        'BAD_JSON',
        `${name}: line ${line} is not a JSON object; write one object per line${hint}`,
      );
    }
    const fields = Object.entries(json).flatMap(([column, value]) => {
      const field = scalarText(value);
      return field === undefined ? [] : [[column, field] as const];
    });
    yield { fields: Object.fromEntries(fields), line, json };
  }
}

/** A text, number or truth value of JSON as a text. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // told by the caller, with the line
  }
  return undefined;
}
