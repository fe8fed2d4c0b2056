import { createHash } from 'node:crypto';
import { lstat, open, readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

const MANIFEST = 'manifest.json';

interface Manifest {
  format: 1;
  files: Record<string, { bytes: number; sha256: string }>;
  links: Record<string, string>;
}

/** Lists every file of a folder with its SHA-256 in `manifest.json`, the last thing to be written there. */
export async function writeManifest(folder: string): Promise<void> {
  const manifest: Manifest = { format: 1, files: {}, links: {} };
  for (const path of await listFiles(folder)) {
    const full = join(folder, path);
    const status = await lstat(full);
    if (status.isSymbolicLink()) manifest.links[path] = await readlink(full);
    else manifest.files[path] = { bytes: status.size, sha256: await sha256(full) };
  }
  const file = await open(join(folder, MANIFEST), 'w');
  try {
    await file.writeFile(`${JSON.stringify(manifest, undefined, 1)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Compares a folder with its manifest. Resolves to what is wrong with it, or to `undefined` when nothing is. */
export async function verifyManifest(folder: string): Promise<string | undefined> {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest;
    if (manifest.format !== 1)
      return `${join(folder, MANIFEST)} has the unknown format ${String(manifest.format)}`;
  } catch {
    return `${folder} has no readable manifest`;
  }
  try {
    for (const [path, target] of Object.entries(manifest.links)) {
      if ((await readlink(join(folder, path))) !== target) return `${join(folder, path)} points elsewhere`;
    }
    // Lengths first: they tell most damage without reading 800 MB.
    for (const [path, { bytes }] of Object.entries(manifest.files)) {
      const found = (await lstat(join(folder, path))).size;
      if (found !== bytes) return `${join(folder, path)} has ${found} bytes instead of ${bytes}`;
    }
    for (const [path, file] of Object.entries(manifest.files)) {
      if ((await sha256(join(folder, path))) !== file.sha256)
        return `${join(folder, path)} fails its checksum`;
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return undefined;
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && entry.name !== MANIFEST)
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    // Large reads into one buffer: a stream of small chunks takes half as long again for 800 MB.
    const buffer = Buffer.allocUnsafe(1 << 22);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
