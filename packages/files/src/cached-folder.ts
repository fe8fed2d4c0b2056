import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from './error-code.js';
import { verifyManifest, writeManifest } from './manifest.js';
import { isRunning } from './process-identity.js';
import { syncFolder } from './sync-folder.js';
import { temporaryName, temporaryOwner } from './temporary-name.js';

/**
 * Makes sure that a folder of the cache is there and whole: one that fits its manifest is used, anything else is filled
 * again by `fill`. It is filled under a temporary name beside its place and renamed into it once all of it is on the
 * disk: a process that is killed half-way leaves nothing that a later one trusts, and of two at the same time
 * the one that is done first wins.
 *
 * @param fill - Writes the content into the empty temporary folder that it is given.
 * @param options - `rebuild` fills it again even where a whole one is there.
 * @returns Whether the folder was there already.
 * @example
 * const folder = join(cacheDirectory(), 'words');
 * await ensureCachedFolder(folder, async (temporary) => writeFile(join(temporary, 'words.txt'), 'one two'));
 */
export async function ensureCachedFolder(
  folder: string,
  fill: (temporaryFolder: string) => Promise<void>,
  options: { readonly rebuild?: boolean; readonly log?: ((line: string) => void) | undefined } = {},
): Promise<boolean> {
  await mkdir(dirname(folder), { recursive: true });
  await removeAbandoned(dirname(folder));
  if (options.rebuild !== true) {
    const problem = await verifyManifest(folder);
    if (problem === undefined) return true;
    if (existsSync(folder)) options.log?.(`${problem}: making it again`);
  }

  const temporary = temporaryName(folder);
  await mkdir(temporary);
  try {
    await fill(temporary);
    await writeManifest(temporary);
    await syncFolder(temporary);
    await putInPlace(temporary, folder, options.rebuild === true);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return false;
}

const IN_THE_WAY = ['ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOTDIR'];

async function putInPlace(temporary: string, folder: string, replaces: boolean): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(temporary, folder);
      break;
    } catch (error) {
      if (attempt > 3 || !IN_THE_WAY.includes(errorCode(error) ?? '')) throw error;
    }
    // Something is there: a damaged one, one to be replaced, or what another process finished meanwhile.
    const isOld = replaces && attempt === 1;
    if (!isOld && (await verifyManifest(folder)) === undefined) return;
    const aside = temporaryName(folder);
    try {
      await rename(folder, aside);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error; // another process has put it aside
    }
    await rm(aside, { recursive: true, force: true });
  }
  await syncFolder(dirname(folder));
}

/** Removes the temporary folders of processes that are gone. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = temporaryOwner(name);
    if (pid !== undefined && !isRunning(pid))
      // Again where a compiler that outlived its parent still writes there. A cache that can only be read is as good.
      await rm(join(parent, name), { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}
