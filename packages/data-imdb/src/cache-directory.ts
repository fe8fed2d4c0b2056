import envPaths from 'env-paths';

/** Where downloads and what is made of them are kept: `$ULMFIT_CACHE`, or else the system's cache folder for `ulmfit`. */
export function defaultCacheDirectory(): string {
  return process.env['ULMFIT_CACHE'] || envPaths('ulmfit', { suffix: '' }).cache;
}
