import { resolve } from 'node:path';
import envPaths from 'env-paths';

/**
 * The user's cache folder: `$ULMFIT_CACHE`, or the place that the platform has for caches.
 * @example
 * const path = join(cacheDirectory(), 'words.gz');
 */
export function cacheDirectory(): string {
  const chosen = process.env['ULMFIT_CACHE'];
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  return envPaths('ulmfit', { suffix: '' }).cache;
}
