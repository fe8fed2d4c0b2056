import { existsSync } from 'node:fs';
import {
  copyFile,
  cp,
  lstat,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UlmfitError } from '@ulmfit/errors';
import { temporaryName } from '@ulmfit/files';

/** The installed tfjs-node package, whether or not it loads. */
export interface TfjsNodePackage {
  readonly directory: string;
  readonly version: string;
  /** Where it looks for its native binding, such as `lib/napi-v8/tfjs_binding.node`; relative to its directory. */
  readonly bindingPath: string;
  /** The version of Node's stable binary interface that its binding is built for. */
  readonly napiVersion: number;
}

/** How it comes into a project: its own install script fails for many, and npm then leaves an optional package out. */
export const tfjsNodeAdvice = 'npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0';

/** Finds tfjs-node from here, as the import of it would. `undefined` when it is not installed. */
export async function findTfjsNode(): Promise<TfjsNodePackage | undefined> {
  try {
    const manifest = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json');
    return await readTfjsNode(dirname(manifest));
  } catch {
    return undefined;
  }
}

/** Reads a tfjs-node package at a given place. */
export async function readTfjsNode(directory: string): Promise<TfjsNodePackage> {
  const { version, binary } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
    version: string;
    binary: { module_name: string; module_path: string; napi_versions: number[] };
  };
  const napiVersion = bestNapiVersion(binary.napi_versions, Number(process.versions.napi));
  return {
    directory,
    version,
    napiVersion,
    bindingPath: join(
      binary.module_path.replace('{napi_build_version}', String(napiVersion)),
      `${binary.module_name}.node`,
    ),
  };
}

/** The newest of the versions that a binding supports which this Node supports too, as node-pre-gyp chooses it. */
export function bestNapiVersion(supported: readonly number[], available: number): number {
  const usable = supported.filter((version) => version <= available);
  if (usable.length === 0)
    throw new UlmfitError('NODE_TOO_OLD', `This Node offers Node-API ${available}; update Node.`);
  return Math.max(...usable);
}

/** The file that holds TensorFlow, links resolved. */
export async function libraryPath(tfjsNode: TfjsNodePackage): Promise<string | undefined> {
  for (const name of ['libtensorflow.so', 'libtensorflow.2.dylib', 'libtensorflow.dylib', 'tensorflow.dll']) {
    const path = join(tfjsNode.directory, 'deps', 'lib', name);
    if (existsSync(path)) return realpath(path);
  }
  return undefined;
}

/** Puts a library folder and a built binding where tfjs-node looks for them: a link to the one, a copy of the other. */
export async function putInPackage(
  tfjsNode: TfjsNodePackage,
  library: string,
  binding: string,
): Promise<void> {
  const target = join(tfjsNode.directory, tfjsNode.bindingPath);
  await mkdir(dirname(target), { recursive: true });
  await replace(join(tfjsNode.directory, 'deps'), async (temporary) => {
    await symlink(library, temporary, 'dir').catch(() => cp(library, temporary, { recursive: true }));
  });
  await replace(target, (temporary) => copyFile(binding, temporary));
}

/** Makes a file, link or folder under a name beside its place, then swaps it in. */
async function replace(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = temporaryName(path);
  await make(temporary);
  const old = await lstat(path).catch(() => undefined);
  if (old?.isDirectory() === true) {
    // A folder can't be renamed over.
    const aside = temporaryName(path);
    await rename(path, aside);
    await rename(temporary, path);
    await rm(aside, { recursive: true, force: true });
  } else {
    await rename(temporary, path);
  }
}

/** The path of a file that tfjs-node's own dependencies provide. */
export function resolveFromPackage(tfjsNode: TfjsNodePackage, specifier: string): string {
  return createRequire(join(tfjsNode.directory, 'package.json')).resolve(specifier);
}

/** What an installation found out, kept beside what it installed. */
export interface InstallRecord {
  readonly way: InstallWay;
  readonly attempts: readonly InstallAttempt[];
}

/** One way that was tried, and why it failed if it did. */
export interface InstallAttempt {
  readonly way: InstallWay;
  readonly ok: boolean;
  readonly reason?: string;
}

/** The ways to an engine, in the order in which they are tried. */
export type InstallWay = 'as-is' | 'wheel' | 'upstream' | 'wasm';

const RECORD = 'ulmfit-engine.json';

export async function writeRecord(tfjsNode: TfjsNodePackage, record: InstallRecord): Promise<void> {
  await replace(join(tfjsNode.directory, RECORD), (temporary) =>
    writeFile(temporary, `${JSON.stringify(record, undefined, 2)}\n`),
  );
}

export async function readRecord(tfjsNode: TfjsNodePackage): Promise<InstallRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(tfjsNode.directory, RECORD), 'utf8')) as InstallRecord;
  } catch {
    return undefined;
  }
}
