import { lstat, open, readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { fileDigestSchema, mismatch } from './file-digest.js';
import { hashFile } from './hash-file.js';

const MANIFEST = 'manifest.json';

const manifestSchema = z.strictObject({
  format: z.literal(1),
  files: z.record(z.string(), fileDigestSchema),
  links: z.record(z.string(), z.string()),
});
type Manifest = z.infer<typeof manifestSchema>;

/** Lists every file of a folder with its SHA-256 in `manifest.json`, the last thing to be written there. */
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
}

/** Compares a folder with its manifest. Resolves to what is wrong with it, or to `undefined` when nothing is. */
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

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && entry.name !== MANIFEST)
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}
