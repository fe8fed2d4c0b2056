import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { showName, UlmfitError } from '@ulmfit/errors';
import { parsePackageName, type PackageName } from './package-name.js';
import { ownVersion, pluginFiles } from './plugin-files.js';
import type { PluginKind } from './plugin-kind.js';

export interface CreatePluginOptions {
  /** The name of the package, such as `ulmfit-step-decay` or `@me/step-decay`. */
  readonly name: string;
  readonly kind: PluginKind;
  /** Where its folder is made, or is there and empty. Default: one of the package's name, here. */
  readonly folder?: string | undefined;
}

/** What has been made. */
export interface CreatedPlugin {
  readonly name: PackageName;
  readonly folder: string;
  /** Paths within the folder. */
  readonly files: readonly string[];
}

/**
 * Writes a new package.
 * @throws UlmfitError `BAD_OPTION` for a name that npm does not allow; `FOLDER_IN_USE` for a folder that is not empty;
 *   `FILE_ERROR`
 * @example
 * createPlugin({ name: 'ulmfit-step-decay', kind: 'schedule' });
 */
export function createPlugin({ name, kind, folder }: CreatePluginOptions): CreatedPlugin {
  const parsed = parsePackageName(name);
  const into = folder === undefined || folder === '' ? parsed.folder : folder;
  const files = pluginFiles(parsed, kind, ownVersion());
  requireEmpty(into);
  try {
    for (const [path, text] of Object.entries(files)) {
      const full = join(into, path);
      mkdirSync(dirname(full), { recursive: true });
      // Never over a file of the user's, should one have come in between.
      writeFileSync(full, text, { flag: 'wx' });
    }
  } catch (error) {
    throw fileError(into, error);
  }
  return { name: parsed, folder: into, files: Object.keys(files) };
}

function requireEmpty(folder: string): void {
  let there: string[];
  try {
    there = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw fileError(folder, error);
  }
  // What a new repository has.
  const [first] = there.filter((name) => name !== '.git');
  if (first === undefined) return;
  throw new UlmfitError(
    'FOLDER_IN_USE',
    `${showName(folder)}: the folder is not empty (${showName(first)}); choose another with --folder`,
  );
}

const fileError = (folder: string, error: unknown): UlmfitError =>
  new UlmfitError(
    'FILE_ERROR',
    `${showName(folder)}: ${error instanceof Error ? error.message : String(error)}; name another folder by --folder`,
    { cause: error },
  );
