import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const packageName = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/** Whether a text could be the name of an npm package. */
export const isPackageName = (text: string): boolean => text.length <= 214 && packageName.test(text);

/**
 * The folder of a package that is installed where `from` can import it, or undefined. None of its code runs.
 * @param from a folder of the project that asks
 */
export const packageFolder = (name: string, from: string): string | undefined =>
  (createRequire(join(from, 'any.js')).resolve.paths(name) ?? [])
    .map((modules) => join(modules, name))
    .find((folder) => existsSync(join(folder, 'package.json')));
