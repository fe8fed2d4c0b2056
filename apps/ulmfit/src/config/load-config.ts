import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UlmfitError } from '@ulmfit/errors';
import type { Architecture } from '@ulmfit/pipeline';
import { lilconfig } from 'lilconfig';
import { oneLine } from '../one-line.js';
import { checkedConfig, type ConfigExtras } from './config-schema.js';

/** A settings file as it was found, checked. */
export interface LoadedConfig {
  readonly path: string;
  /** Its folder, which its paths go by. */
  readonly folder: string;
  /** As the flags would give them. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What has no flag. */
  readonly extras: ConfigExtras;
}

/** What models may have for an encoder beside AWD-LSTM. */
export const architecturesOf = (config: LoadedConfig | undefined): readonly Architecture[] =>
  config?.extras.architecture ? [config.extras.architecture] : [];

/** In this order, in each folder from the present one up. */
export const configNames = ['ts', 'mts', 'js', 'mjs', 'json'].map(
  (extension) => `ulmfit.config.${extension}`,
);

/**
 * Loads the settings file: the one that is named, or the first that stands in `from` or above it.
 * @returns undefined where there is none
 * @throws UlmfitError `NO_SUCH_PATH`, `BAD_CONFIG_FILE`
 */
export async function loadConfig(
  named: string | undefined,
  from: string = process.cwd(),
): Promise<LoadedConfig | undefined> {
  const searcher = lilconfig('ulmfit', {
    searchPlaces: configNames,
    ignoreEmptySearchPlaces: false,
    loaders: Object.fromEntries(
      ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json', 'noExt'].map((extension) => [extension, read]),
    ),
  });
  const found = await (named === undefined ? searcher.search(from) : loadNamed(named, from, searcher.load));
  if (!found) return undefined;
  const { filepath: path } = found;
  return { path, folder: dirname(path), ...checkedConfig(found.config, named ?? path) };
}

async function loadNamed<R>(named: string, from: string, load: (path: string) => Promise<R>): Promise<R> {
  try {
    return await load(resolve(from, named));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new UlmfitError('NO_SUCH_PATH', `${named}: no such file; give a file such as ulmfit.config.ts`, {
      cause: error,
    });
  }
}

/** Runs a file of TypeScript or JavaScript, or parses one of JSON. */
async function read(path: string, content: string): Promise<unknown> {
  try {
    if (path.endsWith('.json')) return JSON.parse(content.replace(/^\ufeff/, ''));
    const { createJiti } = await import('jiti');
    const jiti = createJiti(import.meta.url, {
      // Packages are then the very ones that the command line has, and not copies of them.
      tryNative: true,
      fsCache: false,
      // `defineConfig` is found also where `ulmfit` is not installed beside the file.
      alias: { ulmfit: fileURLToPath(new URL('../index.js', import.meta.url)) },
    });
    return await jiti.import(path, { default: true });
  } catch (error) {
    const what = error instanceof Error ? oneLine(error.message) : String(error);
    throw new UlmfitError('BAD_CONFIG_FILE', `${path}: can't be loaded (${what}); correct the file`, {
      cause: error,
    });
  }
}
