import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { digestOf, mismatch, readManifest, verifyStamped } from '@ulmfit/files';
import type { TfjsNodePackage } from './tfjs-node-package.js';

/** What a process loads: the libraries, and no headers. */
const LOADED = /\.(so|dylib|dll|node)(\.\d+)*$/;

/**
 * What is wrong with the engine's files, where they are those that we have put in place: the system ends a process that
 * loads a library which was cut, without a word. Nothing where all is well or nothing is known.
 */
export async function engineFault(tfjsNode: TfjsNodePackage): Promise<string | undefined> {
  let library: string;
  try {
    library = await realpath(join(tfjsNode.directory, 'deps'));
  } catch {
    return undefined; // Loading it will say more.
  }
  // What tfjs-node's own installer has unpacked has no manifest.
  if (!existsSync(join(library, 'manifest.json'))) return undefined;
  return (await verifyStamped(library, LOADED)) ?? (await bindingFault(tfjsNode, library));
}

/** The binding is a copy of one in the cache, whose manifest says what it is. */
async function bindingFault(tfjsNode: TfjsNodePackage, library: string): Promise<string | undefined> {
  const path = join(tfjsNode.directory, tfjsNode.bindingPath);
  const name = basename(path);
  const built = await readManifest(bindingFolder(dirname(library), tfjsNode, basename(library)));
  const expected = built?.[name];
  if (!expected || !existsSync(path)) return undefined;
  const wrong = mismatch(expected, digestOf(await readFile(path)));
  return wrong === undefined ? undefined : `${path} ${wrong}`;
}

/** Where the cache keeps the binding that is built against a library. */
export const bindingFolder = (
  engine: string,
  { version, napiVersion }: Pick<TfjsNodePackage, 'version' | 'napiVersion'>,
  library: string,
): string => join(engine, `tfjs-node-${version}-${library}-napi-v${napiVersion}`);
