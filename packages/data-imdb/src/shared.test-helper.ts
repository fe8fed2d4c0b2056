import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const folder = process.env['ULMFIT_SHARED'] ?? fileURLToPath(new URL('../../../../shared', import.meta.url));

/** The path of a file of the shared data folder, or `undefined` where it isn't there. */
export function sharedData(name: string): string | undefined {
  const path = join(folder, 'data', name);
  return existsSync(path) ? path : undefined;
}
