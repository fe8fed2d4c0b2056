import { lstat, open, readdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { fileDigestSchema, mismatch, type FileDigest } from './file-digest.js';
import { hashFile } from './hash-file.js';
import { temporaryName } from './temporary-name.js';

const MANIFEST = 'manifest.json';
/** Sizes and times of the files when their hashes were last found right. */
const STAMP = 'verified.json';

const manifestSchema = z.strictObject({
  format: z.literal(1),
  files: z.record(z.string(), fileDigestSchema),
  links: z.record(z.string(), z.string()),
});
type Manifest = z.infer<typeof manifestSchema>;

/**
 * Lists every file of a folder with its SHA-256 in `manifest.json`, the last thing to be written there.
 * @example
 * await writeManifest('cache');
 * await verifyManifest('cache'); // undefined
 */
export async function writeManifest(folder: string): Promise<void> {
  const manifest: Manifest = { format: 1, files: {}, links: {} };
  for (const path of await listFiles(folder)) {
    const full = join(folder, path);
    const status = await lstat(full);
    if (status.isSymbolicLink()) manifest.links[path] = await readlink(full);
    else manifest.files[path] = { bytes: status.size, sha256: await hashFile(full, 'sha256') };
  }
  const file = await open(join(folder, MANIFEST), 'w');
  try {
    await file.writeFile(`${JSON.stringify(manifest, undefined, 1)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await writeStamp(folder, await stampOf(folder, Object.keys(manifest.files)));
}

/**
 * Compares a folder with its manifest. Resolves to what is wrong with it, or to `undefined` when nothing is.
 * @example
 * const wrong = await verifyManifest('cache');
 * if (wrong !== undefined) console.error(wrong);
 */
export async function verifyManifest(folder: string): Promise<string | undefined> {
  let manifest: Manifest;
  try {
    manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')));
  } catch {
    return `${folder} has no readable manifest`;
  }
  try {
    for (const [path, target] of Object.entries(manifest.links)) {
      if ((await readlink(join(folder, path))) !== target) return `${join(folder, path)} points elsewhere`;
    }
    // Lengths first: they tell most damage without reading 800 MB.
    for (const isHashed of [false, true]) {
      for (const [path, expected] of Object.entries(manifest.files)) {
        const full = join(folder, path);
        const sha256 = isHashed ? await hashFile(full, 'sha256') : expected.sha256;
        const wrong = mismatch(expected, { bytes: (await lstat(full)).size, sha256 });
        if (wrong !== undefined) return `${full} ${wrong}`;
      }
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return undefined;
}

/**
 * The same in no time, for what is loaded at each start: lengths always, and hashes of files that were written since their
 * hashes were last found right.
 * @param matches which files matter, by their path in the folder
 */
export async function verifyStamped(folder: string, matches: RegExp): Promise<string | undefined> {
  const manifest = await readManifest(folder);
  if (!manifest) return `${folder} has no readable manifest`;
  const files = Object.entries(manifest).filter(([path]) => matches.test(path));
  const stamp = await readStamp(folder);
  try {
    const now = await stampOf(
      folder,
      files.map(([path]) => path),
    );
    const isStale = (path: string) => stamp !== undefined && stamp[path] !== now[path];
    for (const [path, expected] of files) {
      const full = join(folder, path);
      const sha256 = isStale(path) ? await hashFile(full, 'sha256') : expected.sha256;
      const wrong = mismatch(expected, { bytes: (await lstat(full)).size, sha256 });
      if (wrong !== undefined) return `${full} ${wrong}`;
    }
    if (files.some(([path]) => isStale(path))) await writeStamp(folder, { ...stamp, ...now });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return undefined;
}

/**
 * What a folder's manifest says of its files; nothing where there is none.
 * @example
 * const digest = (await readManifest('cache'))?.['words.txt'];
 */
export async function readManifest(
  folder: string,
): Promise<Readonly<Record<string, FileDigest>> | undefined> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'))).files;
  } catch {
    return undefined;
  }
}

type Stamp = Record<string, string>;

async function stampOf(folder: string, paths: readonly string[]): Promise<Stamp> {
  const stamp: Stamp = {};
  for (const path of paths) {
    const { size, mtimeMs } = await lstat(join(folder, path));
    stamp[path] = `${size} ${mtimeMs}`;
  }
  return stamp;
}

/** Nothing for folders of earlier versions. */
async function readStamp(folder: string): Promise<Stamp | undefined> {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(await readFile(join(folder, STAMP), 'utf8')));
  } catch {
    return undefined;
  }
}

/** A convenience: a cache that can only be read does without. */
async function writeStamp(folder: string, stamp: Stamp): Promise<void> {
  const temporary = temporaryName(join(folder, STAMP));
  try {
    await writeFile(temporary, JSON.stringify(stamp));
    await rename(temporary, join(folder, STAMP));
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && ![MANIFEST, STAMP].includes(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}
